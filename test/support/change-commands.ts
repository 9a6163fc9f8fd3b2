import * as fc from 'fast-check';
import { expect } from 'vitest';
import { account, and, call, command, isThere, lists, n, nth, someKey, tokenOf } from './command.ts';
import { conditions, day, name, namesOf, reaches, rolesAt, scopes, someRoles } from './given.ts';
import { isBeyond, v1Key } from './model.ts';

/** Keys and policies are changed. */

/** How a lifetime is sent that is so long in milliseconds. */
const lifetimes = new Map<unknown, string>([
  [null, 'never'],
  [day, '1d'],
]);

/** The earlier of two expiries; null is never. */
const earlier = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

const change = fc
  .record({
    n,
    by: account,
    change: fc.record(
      {
        name,
        scopes,
        roles: someRoles,
        disabled: fc.boolean(),
        allowedIps: fc.option(conditions.allowedIps),
        audience: fc.option(conditions.audience),
      },
      { requiredKeys: [] },
    ),
    /** Milliseconds from now. */
    instants: fc.record(
      { expiresAt: fc.constantFrom(null, 1, day), notBefore: fc.option(conditions.notBefore) },
      { requiredKeys: [] },
    ),
    /** Whether the expiry is sent as a lifetime, where there is one of that length. */
    asLifetime: fc.boolean(),
  })
  .map((facts) =>
    command('ChangeKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const at = model.now();
      const instants = Object.fromEntries(
        Object.entries(facts.instants).map(([name, after]) => [name, after === null ? null : at + after]),
      );
      const expiresIn = facts.asLifetime ? lifetimes.get(facts.instants.expiresAt) : undefined;
      const sent = Object.fromEntries(
        Object.entries(instants)
          .filter(([name]) => name !== 'expiresAt' || expiresIn === undefined)
          .map(([name, instant]) => [name, instant && new Date(instant)]),
      );
      const roles = facts.change.roles && rolesAt(model, facts.change.roles);
      const path = `/v1/keys/key_${key.id}`;
      const answer = await call(real, tokenOf(real, facts.by), 'PATCH', path, {
        ...facts.change,
        ...(roles && { roles: namesOf(roles) }),
        ...sent,
        ...(expiresIn && { expiresIn }),
      });
      if (!reaches(facts.by, key)) return expect(answer.status).toBe(404);
      const own = (facts.change.scopes ?? []).filter((scope) => !key.scopes.includes(scope));
      const newRoles = (roles ?? []).filter((role) => !key.roles.includes(role));
      const { expiresAt } = instants;
      const isLater = (expiresAt ?? Number.POSITIVE_INFINITY) > (key.expiresAt ?? Number.POSITIVE_INFINITY);
      const gained = {
        scopes: [...own, ...newRoles.flatMap((role) => role.scopes)],
        expiresAt: 'expiresAt' in instants && isLater ? expiresAt : undefined,
        since: key.tokens.current.createdAt,
      };
      if (isBeyond(model, facts.by, gained)) return expect(answer.status).toBe(403);
      const { disabled, ...others } = facts.change;
      const isNothing = Object.keys({ ...facts.change, ...instants }).length === 0;
      if (!isNothing) key.events.push('key.changed');
      Object.assign(key, others, roles && { roles }, instants, !isNothing && { updatedAt: at });
      const { next, previous } = key.tokens;
      if (expiresAt !== undefined) {
        if (next) next.expiresAt = expiresAt;
        if (previous) previous.expiresAt = earlier(previous.expiresAt, expiresAt);
      }
      if (disabled !== undefined) key.disabledAt = disabled ? (key.disabledAt ?? at) : null;
      expect(answer).toEqual({ status: 200, body: v1Key(model, key) });
    }),
  );

const setPolicy = fc
  .record({
    by: account,
    policy: fc.option(
      fc.record(
        {
          maxKeys: fc.constantFrom(null, 1, 3, 6),
          maxLifetimeSeconds: fc.constantFrom(null, 86_400),
          expiryRequired: fc.constantFrom(null, true, false),
          allowedScopes: fc.constantFrom(null, ['files:*', 'keys:read', 'keys:write'], ['files:read']),
        },
        { requiredKeys: [] },
      ),
      { freq: 2 },
    ),
  })
  .map((facts) =>
    command('SetPolicy', facts, isThere(facts.by), async (model, real) => {
      const owner = model.accounts[facts.by];
      const path = `/v1/accounts/acc_${owner?.id}`;
      const { policy } = facts;
      const answer = await call(real, real.service.operatorToken, 'PATCH', path, { policy });
      const rules = Object.entries({ ...(policy && owner?.policy), ...policy });
      const left = Object.fromEntries(rules.filter(([, rule]) => rule !== null));
      if (owner) owner.policy = left;
      expect(answer).toMatchObject({
        status: 200,
        body: { policy: rules.some(([, rule]) => rule !== null) ? left : null },
      });
    }),
  );

/** Suspends an account, or lets it back: more often the latter, since little happens to one that is suspended. */
const suspend = fc.record({ by: account, disabled: fc.constantFrom(true, false, false) }).map((facts) =>
  command('SuspendAccount', facts, isThere(facts.by), async (model, real) => {
    const owner = model.accounts[facts.by];
    const path = `/v1/accounts/acc_${owner?.id}`;
    const { disabled } = facts;
    const answer = await call(real, real.service.operatorToken, 'PATCH', path, { disabled });
    if (owner) owner.isSuspended = disabled;
    expect(answer).toMatchObject({ status: 200, body: { disabledAt: disabled ? expect.any(String) : null } });
  }),
);

const rename = fc.record({ n, by: account, label: name }).map((facts) =>
  command('RenameShareKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
    const key = nth(model, facts.n);
    const { by, label } = facts;
    const { status } = await call(real, tokenOf(real, by), 'PATCH', `${lists.share}/${key.id}`, { label });
    expect(status).toBe(reaches(by, key) ? 200 : 404);
    if (status !== 200) return;
    Object.assign(key, { name: label, updatedAt: model.now() });
    key.events.push('key.changed');
  }),
);

export const changeCommands = [change, setPolicy, suspend, rename];
