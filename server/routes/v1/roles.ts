import { roles } from '../../../api/roles.ts';
import type { ServiceContext } from '../../context.ts';
import { RoleNotFound } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { once } from '../../idempotency.ts';
import { changeRole, createRole, deleteRole, getRole, listRoles, type Role } from '../../keys/roles.ts';
import { idempotentCall, replayedHeaders } from './idempotency.ts';
import { locationOf } from './location.ts';
import { numberOf, pageAfter } from './page.ts';

const roleBody = ({ id, name, description, scopes, createdAt, updatedAt }: Omit<Role, 'number'>) => ({
  id: `role_${id}`,
  name,
  description,
  scopes,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

const ofRole = { notFound: RoleNotFound };

export function roleOperations(context: ServiceContext): Operation[] {
  const { db } = context;
  return [
    operation(roles.create, async ({ act, caller, headers, json }) => {
      const { name, description = '', scopes } = json;
      const call = idempotentCall({ caller, headers }, 'createRole', json);
      const { answer, isReplay } = await once(context, call, act, {
        about: `the role "${name}"`,
        attempt: async (claim) =>
          roleBody(
            await createRole(db, { name, description, scopes }, act, claim && { claim, answer: roleBody }),
          ),
      });
      return new Reply(answer, {
        ...locationOf(context, `/v1/roles/${answer.id}`),
        ...replayedHeaders(isReplay),
      });
    }),

    operation(roles.list, async ({ query: { cursor, limit } }) => {
      const list = 'roles';
      const page = await listRoles(db, { limit, before: numberOf(list, cursor) });
      return { data: page.roles.map(roleBody), nextCursor: pageAfter(list, page.roles, page.more) };
    }),

    operation(roles.get, async ({ params }) => roleBody(await getRole(db, params.roleId)), ofRole),

    operation(
      roles.update,
      async ({ act, json, params }) => roleBody(await changeRole(context, params.roleId, json, act)),
      ofRole,
    ),

    operation(roles.delete, async ({ act, params }) => deleteRole(context, params.roleId, act), ofRole),
  ];
}
