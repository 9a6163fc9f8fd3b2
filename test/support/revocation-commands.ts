import * as fc from 'fast-check';
import { expect } from 'vitest';
import { sweepClosedAccount } from '../../server/background/closed-accounts.ts';
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
  someKey,
  tokenOf,
} from './command.ts';
import { githubHeaders } from './github.ts';
import { reaches } from './given.ts';
import { draining, isGood, liveKeys, type ModelKey, newAccount } from './model.ts';
import { everyToken, replaceTokens } from './rotation-commands.ts';

/** Keys are revoked, by themselves, one by one, many at once, or with their account. */

/** The key is revoked. */
function end(key: ModelKey) {
  key.revoked = true;
  key.events.push('key.revoked');
}

const revoke = fc.record({ n, by: account, contract }).map((facts) =>
  command('RevokeKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
    const key = nth(model, facts.n);
    const id = { v1: `key_${key.id}`, journal: key.number, share: key.id }[facts.contract];
    const as = tokenOf(real, facts.by);
    const { status } = await call(real, as, 'DELETE', `${lists[facts.contract]}/${id}`);
    const done = facts.contract === 'share' ? 200 : 204;
    expect(status).toBe(reaches(facts.by, key) ? done : 404);
    if (status === done) end(key);
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
    for (const key of older) end(key);
  }),
);

const revokeItself = fc.record({ n }).map((facts) =>
  command('RevokeItself', facts, someKey, async (model, real) => {
    const key = nth(model, facts.n);
    const { status } = await call(real, key.tokens.current.token, 'DELETE', '/v1/keys/current');
    expect(status).toBe(isGood(model, key) ? 204 : 401);
    if (status === 204) end(key);
  }),
);

/** Somebody who has a token ends it: the current one with its key, another one alone. */
const revokeToken = fc.record({ n, which: fc.nat({ max: 5 }) }).map((facts) =>
  command('RevokeToken', facts, someKey, async (model, real) => {
    const key = nth(model, facts.n);
    const tokens = everyToken(key);
    const token = tokens[facts.which % tokens.length] ?? '';
    const body = new URLSearchParams({ token });
    const response = await real.service.fetch('/oauth2/revoke', { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([200, '']);
    const { current, next } = key.tokens;
    const previous = draining(model, key);
    if (key.revoked) return;
    if (token === current.token) return end(key);
    if (token !== next?.token && token !== previous?.token) return;
    replaceTokens(key, { current });
    key.updatedAt = model.now();
    key.events.push(token === next?.token ? 'key.rotation_cancelled' : 'key.rotation_finished');
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
    model.accounts[facts.by] = newAccount(accountId);
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
    const isLive = [current, next, draining(model, key)].some((one) => one?.token === token);
    if (key.revoked || !isLive) return;
    key.events.push('key.leaked');
    end(key);
  }),
);

export const revocationCommands = [
  revoke,
  revokeOlder,
  revokeItself,
  revokeToken,
  reportLeak,
  deleteAccount,
  sweep,
];
