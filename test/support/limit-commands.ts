import * as fc from 'fast-check';
import { expect } from 'vitest';
import { account, and, call, command, isThere, n, nth, type Real, someKey } from './command.ts';
import { day, reaches } from './given.ts';
import { note, refusalOf } from './minting-commands.ts';
import { byName, limitsOf, type Model, type ModelQuota, quotaNow, v1Key, v1Quota } from './model.ts';

/**
 * The operator gives keys limits and quotas, and accounts those that their keys share: so many units that no verification
 * of the model reaches them.
 */

const limitsNamed = (...names: string[]) =>
  fc.uniqueArray(fc.constantFrom(...names), { maxLength: names.length }).chain((named) =>
    fc.tuple(
      ...named.map((name) =>
        fc.record({
          name: fc.constant(name),
          limit: fc.constantFrom(100_000, 200_000),
          windowSeconds: fc.constantFrom(3_600, 86_400),
        }),
      ),
    ),
  );
const limits = limitsNamed('a', 'b', 'c');

const remaining = fc.constantFrom(100_000, 1e12);
const refill = fc.option(
  fc.record({ amount: fc.constantFrom(100_000, 500_000), every: fc.constantFrom('day' as const, 'week') }),
);
type Refill = ModelQuota['refill'];

/** When a refill that is set now comes first. */
const refillsAt = ({ now }: Model, refill: Refill) => refill && now() + { day, week: 7 * day }[refill.every];

const pathOf = ({ accounts }: Model, owner: number, rest: string) =>
  `/v1/keys${rest}?accountId=acc_${accounts[owner]?.id}`;
const asOperator = (real: Real, method: string, path: string, body: object) =>
  call(real, real.service.operatorToken, method, path, body);

const create = fc
  .record({ owner: account, limits, quota: fc.option(fc.record({ remaining, refill })) })
  .map((facts) =>
    command('CreateLimitedKey', facts, isThere(facts.owner), async (model, real) => {
      const { owner, limits, quota } = facts;
      const body = { name: 'Limited', limits, ...(quota && { quota }) };
      const refusal = refusalOf(model, owner, { scopes: [], expiresAt: null }, 403);
      const answer = await asOperator(real, 'POST', pathOf(model, owner, ''), body);
      expect(answer.status).toBe(refusal ?? 201);
      if (refusal) return;
      const { token } = answer.body;
      const key = await note(model, real, {
        ...{ owner, name: body.name, scopes: [], token, expiresAt: null, createdBy: 'operator' },
        limits: byName(limits),
        quota: quota && { ...quota, refillsAt: refillsAt(model, quota.refill), isUsed: false },
      });
      expect(answer.body).toEqual({ ...v1Key(model, key), token });
    }),
  );

const change = fc
  .record({
    n,
    by: account,
    change: fc.record(
      { limits, quota: fc.option(fc.record({ remaining, refill }, { requiredKeys: [] })) },
      { requiredKeys: [] },
    ),
  })
  .map((facts) =>
    command('ChangeLimits', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const { limits, quota } = facts.change;
      const path = pathOf(model, facts.by, `/key_${key.id}`);
      const answer = await asOperator(real, 'PATCH', path, facts.change);
      if (!reaches(facts.by, key)) return expect(answer.status).toBe(404);
      const isNothing =
        !limits && (quota === undefined || (quota !== null && Object.keys(quota).length === 0));
      const before = quotaNow(model, key);
      if (!isNothing && quota && !before && quota.remaining === undefined)
        return expect(answer.status).toBe(422);
      if (!isNothing) {
        key.events.push('key.changed');
        key.updatedAt = model.now();
      }
      if (limits) key.limits = byName(limits);
      if (quota === null) key.quota = null;
      else if (quota && Object.keys(quota).length > 0) {
        const { remaining = before?.remaining ?? 0, refill = before?.refill ?? null } = quota;
        const isSame = JSON.stringify(before?.refill ?? null) === JSON.stringify(refill);
        key.quota = {
          ...{ remaining, refill, isUsed: before?.isUsed ?? false },
          refillsAt: isSame && before ? before.refillsAt : refillsAt(model, refill),
        };
      }
      expect(answer).toEqual({ status: 200, body: v1Key(model, key) });
    }),
  );

const add = fc.record({ n, by: account, add: fc.constantFrom(1, 1e12) }).map((facts) =>
  command('AddToQuota', facts, and(someKey, isThere(facts.by)), async (model, real) => {
    const key = nth(model, facts.n);
    const path = pathOf(model, facts.by, `/key_${key.id}/quota`);
    const answer = await asOperator(real, 'POST', path, { add: facts.add });
    if (!reaches(facts.by, key)) return expect(answer.status).toBe(404);
    const quota = quotaNow(model, key);
    if (!quota) return expect(answer.status).toBe(409);
    key.quota = { ...quota, remaining: quota.remaining + facts.add };
    key.events.push('key.quota_added');
    expect(answer).toEqual({ status: 200, body: v1Key(model, key) });
  }),
);

/** The names stand among those of the limits of keys, and behind all of them. Any key may have used some of the quota. */
const changeShared = fc
  .record({ of: account, limits: limitsNamed('aa', 'z'), quota: fc.option(fc.record({ remaining, refill })) })
  .map(({ of, ...change }) =>
    command('ChangeAccountLimits', { of, ...change }, isThere(of), async (model, real) => {
      const owner = model.accounts[of];
      if (!owner) return;
      const { status, body } = await asOperator(real, 'PATCH', `/v1/accounts/acc_${owner.id}`, change);
      owner.limits = byName(change.limits);
      owner.quota = change.quota && { ...change.quota, refillsAt: null, isUsed: true };
      const { limits, quota } = body;
      const expected = { status: 200, limits: owner.limits, quota: v1Quota(model, owner) };
      expect({ status, limits, quota }).toEqual(expected);
    }),
  );

const list = fc.record({ n, by: account }).map((facts) =>
  command('ListLimits', facts, and(someKey, isThere(facts.by)), async (model, real) => {
    const key = nth(model, facts.n);
    const path = pathOf(model, facts.by, `/key_${key.id}/limits`);
    const answer = await call(real, real.service.operatorToken, 'GET', path);
    if (!reaches(facts.by, key)) return expect(answer.status).toBe(404);
    const left = { ungranted: expect.any(Number), held: expect.any(Number) };
    const data = [key, model.accounts[key.owner]].flatMap((owner) =>
      limitsOf(owner).map((limit) => ({ ...limit, ...left, sharedByAccount: owner !== key })),
    );
    expect(answer).toEqual({ status: 200, body: { data } });
  }),
);

export const limitCommands = [create, change, add, changeShared, list];
