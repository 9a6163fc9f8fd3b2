import * as fc from 'fast-check';
import { expect } from 'vitest';
import { call, command } from './command.ts';
import type { Model } from './model.ts';

/** What may happen to the roles of a deployment. The operator does it. */

const maxRoles = 2;
const scopes = fc.subarray(['keys:read', 'keys:verify', 'files:read', 'files:*']);
const n = fc.nat({ max: maxRoles - 1 });
const someRole = ({ roles }: Model) => roles.length > 0;

const nth = ({ roles }: Model, n: number) => {
  const role = roles[n % roles.length];
  if (!role) throw new Error('There is no role.');
  return role;
};

let count = 0;

const createRole = fc.record({ scopes }).map((facts) =>
  command(
    'CreateRole',
    facts,
    ({ roles }) => roles.length < maxRoles,
    async (model, real) => {
      // Later roles have later names.
      const name = `role-${String(++count).padStart(8, '0')}`;
      const { operatorToken } = real.service;
      const answer = await call(real, operatorToken, 'POST', '/v1/roles', { ...facts, name });
      expect(answer).toMatchObject({ status: 201, body: { ...facts, name } });
      model.roles.push({ ...facts, name, id: answer.body.id });
    },
  ),
);

const changeRole = fc.record({ n, scopes }).map((facts) =>
  command('ChangeRole', facts, someRole, async (model, real) => {
    const role = nth(model, facts.n);
    const { scopes } = facts;
    const answer = await call(real, real.service.operatorToken, 'PATCH', `/v1/roles/${role.id}`, { scopes });
    expect(answer).toMatchObject({ status: 200, body: { ...role, scopes } });
    role.scopes = scopes;
  }),
);

const deleteRole = fc.record({ n }).map((facts) =>
  command('DeleteRole', facts, someRole, async (model, real) => {
    const role = nth(model, facts.n);
    const { status } = await call(real, real.service.operatorToken, 'DELETE', `/v1/roles/${role.id}`);
    expect(status).toBe(204);
    model.roles.splice(model.roles.indexOf(role), 1);
  }),
);

export const roleCommands = [createRole, changeRole, deleteRole];
