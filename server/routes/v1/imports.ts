import { imports } from '../../../api/imports.ts';
import { accountOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { importKey } from '../../keys/imports.ts';
import { rolesNamed } from '../../keys/roles.ts';
import { importedBy } from './given-key.ts';
import { keyBody } from './key-body.ts';
import { locationOf } from './location.ts';

export function importOperations(context: ServiceContext): Operation[] {
  return [
    operation(imports.import, async ({ act, caller, json, query }) => {
      const accountId = await accountOf(context, caller, query);
      const { sha256, start, ...given } = json;
      const key = {
        accountId,
        ...importedBy(given, await rolesNamed(context.db, given.roles ?? []), act.now),
      };
      const imported = keyBody(context, await importKey(context, { sha256, start }, key, act));
      return new Reply(imported, locationOf(context, `/v1/keys/${imported.id}`));
    }),
  ];
}
