import * as fc from 'fast-check';
import { expect } from 'vitest';
import { keyStatuses } from '../../decide/verdict.ts';
import { changeCommands } from './change-commands.ts';
import {
  account,
  and,
  call,
  command,
  contract,
  isThere,
  lists,
  n,
  nth,
  type Real,
  type Step,
  someKey,
  tokenOf,
} from './command.ts';
import { exchangeCommands, verifyExchanged } from './exchange-commands.ts';
import { addresses, audiences, day, scopes } from './given.ts';
import { clientIp, expectData } from './harness.ts';
import { limitCommands } from './limit-commands.ts';
import { mintingCommands } from './minting-commands.ts';
import {
  type Contract,
  isGood,
  listOf,
  liveKeys,
  type Model,
  type ModelKey,
  newAccount,
  type Presented,
  scopesOf,
  verdictOn,
} from './model.ts';
import { revocationCommands } from './revocation-commands.ts';
import { roleCommands } from './role-commands.ts';
import { everyToken, rotationCommands, use } from './rotation-commands.ts';

/** What may happen to the service, each held against what the model says of it. */

/** Signs up one more account. */
export const signUp: Step = async (model, real) => {
  const { accountId, accessToken, refreshToken } = await real.service.signIn();
  model.accounts.push(newAccount(accountId));
  real.sessions.push({ accessToken, refreshToken });
};

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
  if (!expected.valid) return;
  use(model, key, token, presented.ip ?? null);
  if (key.quota) key.quota.isUsed = true;
}

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
  ...mintingCommands,
  ...changeCommands,
  ...limitCommands,
  ...revocationCommands,
  ...rotationCommands,
  ...exchangeCommands,
  verifyKey,
  listKeys,
  listAsKey,
  passTime,
  passToExpiry,
];

/** The events of a key, oldest first. Those of a key whose account is deleted come with a sweep. */
async function compareEvents(key: ModelKey, real: Real) {
  if (key.erased) return;
  const path = `/v1/events?keyId=key_${key.id}&limit=100`;
  const { body } = await call(real, real.service.operatorToken, 'GET', path);
  expect(body.data.map(({ type }: { type: string }) => type).toReversed()).toEqual(key.events);
}

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
  for (const exchanged of model.exchanged) await verifyExchanged(model, real, exchanged, { ip, audience });
  for (const key of model.keys) await compareEvents(key, real);
}
