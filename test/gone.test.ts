import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { newToken } from '../server/token.ts';
import { expectData, startService, type TestService } from './support/harness.ts';

/** Calls that would end what another call has ended a moment ago. */

let service: TestService;
/** A key of an account that is deleted, and one that is revoked. */
let orphan: { id: string; token: string; externalId: string };
let revoked: { id: string; token: string; accountId: string };

beforeAll(async () => {
  service = await startService();
  const { operator } = service;
  const mint = async (externalId: string) => {
    const { id: accountId } = expectData(await operator.POST('/v1/accounts', { body: { externalId } }));
    const params = { query: { accountId } };
    const { id, token } = expectData(await operator.POST('/v1/keys', { params, body: { name: 'Key' } }));
    return { id, token, accountId, externalId };
  };
  orphan = await mint('user_1');
  await operator.DELETE('/v1/account', { params: { query: { externalId: 'user_1' } } });
  revoked = await mint('user_2');
  const params = { path: { keyId: revoked.id }, query: { accountId: revoked.accountId } };
  await operator.DELETE('/v1/keys/{keyId}', { params });
});

/** Makes a call of the operator. @returns its status, and whether it is answered only once a barrier has passed */
async function call(
  method: string,
  path: string,
  body?: object | URLSearchParams,
  token = service.operatorToken,
) {
  const barrier = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const settled = () => {
    asked.resolve();
    return barrier.promise;
  };
  const isForm = body instanceof URLSearchParams;
  const request = new Request(`http://latchkey.test${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body && !isForm && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: isForm ? body : JSON.stringify(body) }),
  });
  let isAnswered = false;
  const answer = Promise.resolve(createApp({ ...service.context, settled }).fetch(request)).then(
    (response) => {
      isAnswered = true;
      return response;
    },
  );
  await Promise.race([asked.promise, answer]);
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  const waits = !isAnswered;
  barrier.resolve();
  return [(await answer).status, waits];
}

const ofRevoked = () => `/v1/keys/${revoked.id}`;
const inAccount = () => `accountId=${revoked.accountId}`;

describe('an answer that something is gone', () => {
  test('waits until it is gone in every replica, if the call would have ended it', async () => {
    const gone = 'externalId=user_1';
    expect(await call('DELETE', `${ofRevoked()}?${inAccount()}`)).toEqual([404, true]);
    expect(await call('DELETE', `/v1/keys/${orphan.id}?${gone}`)).toEqual([404, true]);
    expect(await call('DELETE', `/v1/account?${gone}`)).toEqual([404, true]);
    for (const [path, account] of [
      [ofRevoked(), inAccount()],
      [`/v1/keys/${orphan.id}`, gone],
    ]) {
      for (const change of [{ disabled: true }, { scopes: [] }, { name: 'x' }])
        expect(await call('PATCH', `${path}?${account}`, change)).toEqual([404, true]);
      expect(await call('POST', `${path}/rotate?${account}`, { immediate: true })).toEqual([404, true]);
      expect(await call('POST', `${path}/rotation/finish?${account}`)).toEqual([404, true]);
    }
    const filter = { accountId: revoked.accountId };
    expect(await call('POST', '/v1/keys/revoke', { filter, expectedCount: 1 })).toEqual([409, true]);
  });

  test('waits also if the call would have changed nothing of it', async () => {
    const { accessToken } = await service.signIn();
    expect(await call('PATCH', `/api/apikey/${revoked.id.slice(4)}`, {}, accessToken)).toEqual([404, true]);
  });

  test('waits also if all that is known of it is a token', async () => {
    for (const { token } of [revoked, orphan])
      expect(await call('POST', '/oauth2/revoke', new URLSearchParams({ token }))).toEqual([200, true]);
  });

  test('does not wait if the call only reads, or the token never was one', async () => {
    expect(await call('GET', `${ofRevoked()}?${inAccount()}`)).toEqual([404, false]);
    expect(await call('GET', '/v1/keys?externalId=user_1')).toEqual([404, false]);
    const token = newToken('lk_');
    expect(await call('POST', '/oauth2/revoke', new URLSearchParams({ token }))).toEqual([200, false]);
  });
});
