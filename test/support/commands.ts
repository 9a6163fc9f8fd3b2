import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import { keyStatuses } from '../../decide/verdict.ts';
import { sweepClosedAccount } from '../../server/background/closed-accounts.ts';
import { call, command, type Real, type Step } from './command.ts';
import { githubHeaders } from './github.ts';
import { clientIp, expectData } from './harness.ts';
import {
  type Contract,
  draining,
  isBeyond,
  isFull,
  isGood,
  journalKey,
  listOf,
  liveKeys,
  type Model,
  type ModelKey,
  type ModelRole,
  newToken,
  type Presented,
  scopesOf,
  v1Key,
  verdictOn,
} from './model.ts';
import { roleCommands } from './role-commands.ts';

/** What may happen to the service, each held against what the model says of it. */

const lists: Record<Contract, string> = { v1: '/v1/keys', journal: '/api/settings/api', share: '/apikey' };

const tokenOf = ({ sessions }: Real, account: number) => sessions[account]?.accessToken ?? '';

/** Any key there ever was: what is revoked is still tried. */
const nth = ({ keys }: Model, n: number): ModelKey => {
  const key = keys[n % keys.length];
  if (!key) throw new Error('There is no key yet.');
  return key;
};
const someKey = ({ keys }: Model) => keys.length > 0;
const isThere = (account: number) => (model: Model) => account < model.accounts.length;
const and =
  (...checks: ((model: Model) => boolean)[]) =>
  (model: Model) =>
    checks.every((check) => check(model));

/** Signs up one more account. */
export const signUp: Step = async (model, real) => {
  const { accountId, accessToken, refreshToken } = await real.service.signIn();
  model.accounts.push({ id: accountId.slice(4), policy: {} });
  real.sessions.push({ accessToken, refreshToken });
};

/** Notes a key that was just minted, with the ids that the other contracts give it. */
async function note(
  model: Model,
  real: Real,
  {
    token,
    ...minted
  }: Pick<ModelKey, 'owner' | 'name' | 'scopes' | 'expiresAt'> &
    Partial<Conditions & Pick<ModelKey, 'roles'>> & { token: string },
): Promise<ModelKey> {
  const as = tokenOf(real, minted.owner);
  const { body: journal } = await call(real, as, 'GET', lists.journal);
  const { body: share } = await call(real, as, 'GET', lists.share);
  const number = Number(journal.data.at(-1).id);
  expect(number).toBeGreaterThan(model.keys.at(-1)?.number ?? 0);
  const at = model.now();
  const rest = {
    tokens: { current: newToken(token, at) },
    replaced: [],
    roles: [],
    ...unconditional,
    disabledAt: null,
    createdBy: `session_${decodeJwt(as).sid}`,
    createdAt: at,
    updatedAt: at,
    revoked: false,
    erased: false,
  };
  const key = { ...rest, ...minted, id: share.apiKeys.at(-1)._id, number };
  model.keys.push(key);
  return key;
}

const day = 86_400_000;
const account = fc.nat({ max: 1 });
const n = fc.nat({ max: 1000 });
const scopes = fc.subarray(['keys:read', 'keys:write', 'keys:verify', 'files:read', 'files:*']);
type Conditions = Pick<ModelKey, 'notBefore' | 'allowedIps' | 'audience'>;
const unconditional: Conditions = { notBefore: null, allowedIps: null, audience: null };
const addresses = [clientIp, '203.0.113.7'] as const;
const audiences = ['http://latchkey.test', 'https://api.example.com'] as const;
/** As a request has them: `notBefore` in milliseconds from now. */
const conditions = {
  notBefore: fc.constantFrom(1, day),
  allowedIps: fc.constantFrom<string[]>([`${clientIp}/32`], ['198.51.100.0/24', '203.0.113.0/24']),
  audience: fc.constantFrom<string[]>([...audiences], [audiences[1]]),
};
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() === text && text !== '');

/** The status with which a key is not minted; `beyond` is that of a policy in the contract. */
function refusalOf(
  model: Model,
  owner: number,
  given: { scopes: string[]; expiresAt: number | null },
  beyond: number,
): number | undefined {
  if (isBeyond(model, owner, { ...given, since: model.now() })) return beyond;
  return isFull(model, owner) ? 409 : undefined;
}

/** Roles that a key is given, as places in the model's list. */
const someRoles = fc.subarray([0, 1]);
const rolesAt = ({ roles }: Model, places: number[]): ModelRole[] =>
  places.flatMap((place) => roles[place] ?? []);
const namesOf = (roles: ModelRole[]) => roles.map((role) => role.name);

const create = {
  v1: fc
    .record({
      owner: account,
      name,
      scopes,
      roles: someRoles,
      expiresIn: fc.constantFrom('1d', '7d', 'never', undefined),
      conditions: fc.record(conditions, { requiredKeys: [] }),
      repeats: fc.constantFrom(undefined, 0, 1, 2),
    })
    .map((facts) =>
      command('CreateKey', facts, isThere(facts.owner), async (model, real) => {
        const { owner, conditions, repeats, ...rest } = facts;
        const roles = rolesAt(model, facts.roles);
        const notBefore = conditions.notBefore === undefined ? null : model.now() + conditions.notBefore;
        const body = {
          ...rest,
          ...conditions,
          roles: namesOf(roles),
          ...(notBefore !== null && { notBefore: new Date(notBefore) }),
        };
        const lifetime = { '1d': day, '7d': 7 * day, never: null }[body.expiresIn ?? 'never'];
        const expiresAt = lifetime === null ? null : model.now() + lifetime;
        const refusal = refusalOf(
          model,
          owner,
          { scopes: [...body.scopes, ...roles.flatMap((role) => role.scopes)], expiresAt },
          403,
        );
        const headers = repeats === undefined ? undefined : { 'Idempotency-Key': randomUUID() };
        const create = () => call(real, tokenOf(real, owner), 'POST', lists.v1, body, headers);
        const answer = await create();
        expect(answer.status).toBe(refusal ?? 201);
        if (refusal) return;
        for (let repeat = 0; repeat < (repeats ?? 0); repeat += 1) expect(await create()).toEqual(answer);
        const { token } = answer.body;
        const key = await note(model, real, {
          owner,
          name: body.name,
          scopes: body.scopes,
          roles,
          ...conditions,
          notBefore,
          token,
          expiresAt,
        });
        expect(answer.body).toEqual({ ...v1Key(model, key), token });
      }),
    ),

  journal: fc.record({ owner: account, name }).map((facts) =>
    command('CreateJournalKey', facts, isThere(facts.owner), async (model, real) => {
      const { owner, name } = facts;
      const query = new URLSearchParams({ name });
      const scopes = ['keys:read', 'keys:write'];
      const refusal = refusalOf(model, owner, { scopes, expiresAt: null }, 403);
      const answer = await call(real, tokenOf(real, owner), 'POST', `${lists.journal}?${query}`);
      expect(answer.status).toBe(refusal ?? 201);
      if (refusal) return;
      const { token } = answer.body.data[0].attributes;
      const key = await note(model, real, { owner, name, scopes, token, expiresAt: null });
      expect(answer.body).toEqual({ data: [journalKey(key, token)] });
    }),
  ),

  share: fc
    .record({ owner: account, label: name, expires: fc.constantFrom('One Day', 'week', 'Never', undefined) })
    .map((facts) =>
      command('CreateShareKey', facts, isThere(facts.owner), async (model, real) => {
        const { owner, ...body } = facts;
        const lifetime = { 'One Day': day, week: 7 * day, Never: null }[body.expires ?? 'Never'];
        const began = Math.floor(model.now() / 1000) * 1000;
        const expiresAt = lifetime === null ? null : began + lifetime;
        const refusal = refusalOf(model, owner, { scopes: [], expiresAt }, 400);
        const answer = await call(real, tokenOf(real, owner), 'POST', `/api${lists.share}`, body);
        expect(answer.status).toBe(refusal ?? 201);
        if (refusal) return;
        await note(model, real, {
          owner,
          name: body.label,
          scopes: [],
          token: answer.body.api_key,
          expiresAt,
        });
      }),
    ),
};

/** Whether an account reaches a key; if not, the key does not exist for it. */
const reaches = (by: number, key: ModelKey) => key.owner === by && !key.revoked;

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
  })
  .map((facts) =>
    command('ChangeKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const at = model.now();
      const instants = Object.fromEntries(
        Object.entries(facts.instants).map(([name, after]) => [name, after === null ? null : at + after]),
      );
      const sent = Object.fromEntries(
        Object.entries(instants).map(([name, instant]) => [name, instant && new Date(instant)]),
      );
      const roles = facts.change.roles && rolesAt(model, facts.change.roles);
      const path = `/v1/keys/key_${key.id}`;
      const answer = await call(real, tokenOf(real, facts.by), 'PATCH', path, {
        ...facts.change,
        ...(roles && { roles: namesOf(roles) }),
        ...sent,
      });
      if (!reaches(facts.by, key)) return expect(answer.status).toBe(404);
      const given = [...(facts.change.scopes ?? []), ...(roles ?? []).flatMap((role) => role.scopes)];
      const { expiresAt } = instants;
      const isLater = (expiresAt ?? Number.POSITIVE_INFINITY) > (key.expiresAt ?? Number.POSITIVE_INFINITY);
      const gained = {
        scopes: given.filter((scope) => !scopesOf(model, key).includes(scope)),
        expiresAt: 'expiresAt' in instants && isLater ? expiresAt : undefined,
        since: key.tokens.current.createdAt,
      };
      if (isBeyond(model, facts.by, gained)) return expect(answer.status).toBe(403);
      const { disabled, ...others } = facts.change;
      Object.assign(key, others, roles && { roles }, instants, { updatedAt: at });
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

const rename = fc.record({ n, by: account, label: name }).map((facts) =>
  command('RenameShareKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
    const key = nth(model, facts.n);
    const { by, label } = facts;
    const { status } = await call(real, tokenOf(real, by), 'PATCH', `${lists.share}/${key.id}`, { label });
    expect(status).toBe(reaches(by, key) ? 200 : 404);
    if (status === 200) Object.assign(key, { name: label, updatedAt: model.now() });
  }),
);

const contract = fc.constantFrom<Contract>('v1', 'journal', 'share');

const revoke = fc.record({ n, by: account, contract }).map((facts) =>
  command('RevokeKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
    const key = nth(model, facts.n);
    const id = { v1: `key_${key.id}`, journal: key.number, share: key.id }[facts.contract];
    const as = tokenOf(real, facts.by);
    const { status } = await call(real, as, 'DELETE', `${lists[facts.contract]}/${id}`);
    const done = facts.contract === 'share' ? 200 : 204;
    expect(status).toBe(reaches(facts.by, key) ? done : 404);
    if (status === done) key.revoked = true;
  }),
);

/** The operator revokes the older keys of an account, if there are as many as it expects. */
const revokeOlder = fc.record({ by: account, surplus: fc.constantFrom(0, 0, 1) }).map((facts) =>
  command('RevokeOlderKeys', facts, isThere(facts.by), async (model, real) => {
    const older = liveKeys(model, facts.by).filter(({ createdAt }) => createdAt < model.now());
    const filter = {
      accountId: `acc_${model.accounts[facts.by]?.id}`,
      createdBefore: new Date(model.now()).toISOString(),
    };
    const matched = older.length;
    const body = { filter, expectedCount: matched + facts.surplus };
    const answer = await call(real, real.service.operatorToken, 'POST', '/v1/keys/revoke', body);
    if (facts.surplus > 0) return expect(answer).toMatchObject({ status: 409, body: { matched } });
    expect(answer).toEqual({ status: 200, body: { matched, revoked: matched, complete: true } });
    for (const key of older) key.revoked = true;
  }),
);

const revokeItself = fc.record({ n }).map((facts) =>
  command('RevokeItself', facts, someKey, async (model, real) => {
    const key = nth(model, facts.n);
    const { status } = await call(real, key.tokens.current.token, 'DELETE', '/v1/keys/current');
    expect(status).toBe(isGood(model, key) ? 204 : 401);
    if (status === 204) key.revoked = true;
  }),
);

const deleteAccount = fc.record({ by: account }).map((facts) =>
  command('DeleteAccount', facts, isThere(facts.by), async (model, real) => {
    const as = tokenOf(real, facts.by);
    expect((await call(real, as, 'DELETE', '/v1/account')).status).toBe(204);
    for (const path of ['/v1/account', ...Object.values(lists)])
      expect((await call(real, as, 'GET', path)).status).toBe(401);
    for (const key of model.keys.filter(({ owner }) => owner === facts.by))
      Object.assign(key, { revoked: true, erased: true });
    const { accountId, accessToken, refreshToken } = await real.service.signIn();
    model.accounts[facts.by] = { id: accountId.slice(4), policy: {} };
    real.sessions[facts.by] = { accessToken, refreshToken };
  }),
);

/** Removes what is left of deleted accounts, or a part of it: nobody sees that. */
const sweep = fc.constant(
  command(
    'Sweep',
    {},
    () => true,
    async (model, { service }) => {
      await sweepClosedAccount(service.db, model.now());
    },
  ),
);

/**
 * A token is used, which makes the next one the current one. Of several uses in the same millisecond, the first is the
 * one that is shown.
 */
function use(model: Model, key: ModelKey, token: string, ip: string | null) {
  const { current, next, previous } = key.tokens;
  const at = model.now();
  if (next?.token === token) {
    const { overlapSeconds, ...activated } = next;
    key.tokens = {
      current: { ...activated, activatedAt: at },
      previous: { ...current, endsAt: at + overlapSeconds * 1000 },
    };
  }
  const used = previous?.token === token ? previous : key.tokens.current;
  if (used.lastUsedAt !== at) Object.assign(used, { lastUsedAt: at, lastUsedIp: ip });
}

/** Asks for the verdict on a token of a key, and holds it against the model's. */
async function verify(
  model: Model,
  real: Real,
  key: ModelKey,
  token: string,
  by: number | 'operator',
  presented: Presented = {},
) {
  const as = by === 'operator' ? real.service.operatorToken : tokenOf(real, by);
  const expected = verdictOn(model, key, token, by, presented);
  const answer = await call(real, as, 'POST', '/v1/keys/verify', { token, ...presented });
  expect(answer).toEqual({ status: 200, body: expected });
  if (expected.valid) use(model, key, token, presented.ip ?? null);
}

/** Every token that a key ever had. */
const everyToken = ({ tokens: { current, next, previous }, replaced }: ModelKey) => [
  ...[previous, current, next].flatMap((one) => (one ? [one.token] : [])),
  ...replaced.map(({ token }) => token),
];

/** The key has other tokens from now on: those that it has no more are refused. */
function replaceTokens(key: ModelKey, tokens: ModelKey['tokens']) {
  const before = everyToken(key);
  key.tokens = tokens;
  const { current, next, previous } = tokens;
  const kept = [current, next, previous].map((one) => one?.token);
  const gone = before.filter((token) => !kept.includes(token));
  const known = (token: string) => key.replaced.find((one) => one.token === token);
  key.replaced = gone.map((token) => known(token) ?? { token, name: key.name });
}

const rotate = fc
  .record({ n, by: account, overlap: fc.constantFrom(0, 1, 3600, 'immediate' as const) })
  .map((facts) =>
    command('RotateKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const { by, overlap } = facts;
      const body = overlap === 'immediate' ? { immediate: true } : { overlapSeconds: overlap };
      const path = `/v1/keys/key_${key.id}/rotate`;
      const answer = await call(real, tokenOf(real, by), 'POST', path, body);
      if (!reaches(by, key)) return expect(answer.status).toBe(404);
      if (overlap !== 'immediate' && draining(model, key)) return expect(answer.status).toBe(409);
      const { token } = answer.body;
      const at = model.now();
      const { current } = key.tokens;
      if (overlap === 'immediate') replaceTokens(key, { current: newToken(token, at) });
      else replaceTokens(key, { current, next: { ...newToken(token, at, null), overlapSeconds: overlap } });
      key.updatedAt = at;
      expect(answer).toEqual({ status: 200, body: { ...v1Key(model, key), token } });
    }),
  );

const stepRotation = fc
  .record({ n, by: account, step: fc.constantFrom('cancel', 'finish', 'extend') })
  .map((facts) =>
    command('StepRotation', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const { by, step } = facts;
      const body = step === 'extend' ? { overlapSeconds: 7200 } : undefined;
      const path = `/v1/keys/key_${key.id}/rotation/${step}`;
      const answer = await call(real, tokenOf(real, by), 'POST', path, body);
      if (!reaches(by, key)) return expect(answer.status).toBe(404);
      const { current, next } = key.tokens;
      const previous = draining(model, key);
      if (step === 'cancel' ? !next : !previous) return expect(answer.status).toBe(409);
      const at = model.now();
      if (step === 'extend' && previous) previous.endsAt = Math.max(previous.endsAt, at + 7_200_000);
      else replaceTokens(key, { current });
      key.updatedAt = at;
      expect(answer).toEqual({ status: 200, body: v1Key(model, key) });
    }),
  );

/** GitHub reports a token, and its key is revoked if it still has that token: nobody is told which it was. */
const reportLeak = fc.record({ n, which: fc.nat({ max: 5 }) }).map((facts) =>
  command('ReportLeak', facts, someKey, async (model, real) => {
    const key = nth(model, facts.n);
    const tokens = everyToken(key);
    const token = tokens[facts.which % tokens.length] ?? '';
    const body = JSON.stringify([{ token, type: 'latchkey', url: '', source: 'commit' }]);
    const init = { method: 'POST', headers: githubHeaders(body), body };
    expect((await real.service.fetch('/v1/leaks/github', init)).status).toBe(204);
    const { current, next } = key.tokens;
    if ([current, next, draining(model, key)].some((one) => one?.token === token)) key.revoked = true;
  }),
);

const verifyKey = fc
  .record({
    n,
    by: fc.oneof(account, fc.constant('operator' as const)),
    presented: fc.record(
      { scopes, ip: fc.constantFrom(...addresses), audience: fc.constantFrom(...audiences) },
      { requiredKeys: [] },
    ),
    which: fc.nat({ max: 5 }),
  })
  .map((facts) =>
    command(
      'VerifyKey',
      facts,
      and(someKey, (model) => facts.by === 'operator' || isThere(facts.by)(model)),
      (model, real) => {
        const key = nth(model, facts.n);
        const tokens = everyToken(key);
        const token = tokens[facts.which % tokens.length] ?? '';
        return verify(model, real, key, token, facts.by, facts.presented);
      },
    ),
  );

async function list(model: Model, real: Real, owner: number, contract: Contract, status?: string) {
  const query = contract === 'v1' ? `?limit=100${status ? `&status=${status}` : ''}` : '';
  const answer = await call(real, tokenOf(real, owner), 'GET', lists[contract] + query);
  expect(answer).toEqual({ status: 200, body: listOf(model, owner, contract, status) });
}

const listKeys = fc
  .record({ by: account, contract, status: fc.constantFrom(undefined, ...keyStatuses) })
  .map((facts) =>
    command('ListKeys', facts, isThere(facts.by), (model, real) =>
      list(model, real, facts.by, facts.contract, facts.status),
    ),
  );

const listAsKey = fc.record({ n, contract }).map((facts) =>
  command('ListAsKey', facts, someKey, async (model, real) => {
    const key = nth(model, facts.n);
    const { status, body } = await call(real, key.tokens.current.token, 'GET', lists[facts.contract]);
    if (!isGood(model, key) || facts.contract === 'share') return expect(status).toBe(401);
    if (!scopesOf(model, key).includes('keys:read')) return expect(status).toBe(403);
    use(model, key, key.tokens.current.token, clientIp);
    // A page of /v1 has 20 keys, which the keys of one run may exceed.
    const expected = listOf(model, key.owner, facts.contract);
    if (liveKeys(model, key.owner).length <= 20)
      expect({ status, body }).toEqual({ status: 200, body: expected });
  }),
);

/** Moves the clock; whoever is signed in stays so. */
async function pass(model: Model, real: Real, milliseconds: number) {
  real.service.pass(milliseconds);
  for (const session of real.sessions) {
    const body = { refreshToken: session.refreshToken };
    Object.assign(session, expectData(await real.service.as().POST('/v1/sessions/refresh', { body })));
  }
  expect(model.now()).toBe(real.service.context.now());
}

const passTime = fc
  .record({ milliseconds: fc.constantFrom(1, 999, 60_000, 3_600_000, day, 7 * day) })
  .map((facts) =>
    command(
      'PassTime',
      facts,
      () => true,
      (model, real) => pass(model, real, facts.milliseconds),
    ),
  );

/** To the instant of a key's expiry, or to a millisecond before it. */
const passToExpiry = fc.record({ n, before: fc.nat({ max: 1 }) }).map((facts) => {
  const distance = (model: Model) => {
    const { expiresAt } = nth(model, facts.n);
    return expiresAt === null ? 0 : expiresAt - facts.before - model.now();
  };
  return command(
    'PassToExpiry',
    facts,
    and(someKey, (model) => distance(model) > 0),
    (model, real) => pass(model, real, distance(model)),
  );
});

const second = fc.constant(command('SignUp', {}, ({ accounts }) => accounts.length < 2, signUp));

export const commands = [
  second,
  ...roleCommands,
  create.v1,
  create.journal,
  create.share,
  change,
  setPolicy,
  rename,
  revoke,
  revokeOlder,
  revokeItself,
  rotate,
  stepRotation,
  reportLeak,
  deleteAccount,
  sweep,
  verifyKey,
  listKeys,
  listAsKey,
  passTime,
  passToExpiry,
];

/** Everything that can be seen: by each account in each contract, and of every token there ever was. */
export async function compareEverything(model: Model, real: Real): Promise<void> {
  for (const owner of model.accounts.keys()) {
    for (const contract of ['v1', 'journal', 'share'] as const) await list(model, real, owner, contract);
    for (const key of model.keys)
      for (const token of everyToken(key)) await verify(model, real, key, token, owner);
  }
  const [ip, audience] = [addresses[0], audiences[0]];
  for (const key of model.keys)
    for (const token of everyToken(key)) await verify(model, real, key, token, 'operator', { ip, audience });
}
