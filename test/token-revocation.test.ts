import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createApp } from '../server/app.ts';
import type { ServiceContext } from '../server/context.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { newToken } from '../server/token.ts';
import { connectByHand, untilWaiting } from './support/by-hand.ts';
import { expectData, password, type SignedIn, startService, type TestService } from './support/harness.ts';

/** `POST /oauth2/revoke`. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const mint = async (body: object = {}) =>
  expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));

const formType = 'application/x-www-form-urlencoded';
const request = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'Content-Type': formType, ...headers },
  body: new URLSearchParams(fields).toString(),
});
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const revoke = (token: string, headers?: Record<string, string>) =>
  service.fetch('/oauth2/revoke', request({ token }, headers));

/** The status and the body of an answer, which is JSON or empty. */
async function told(response: Response) {
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}
const done = { status: 200, body: '' };

/** `valid`, or the reason why not. */
async function verdictOn(token: string): Promise<string> {
  const verdict = expectData(await service.operator.POST('/v1/keys/verify', { body: { token } }));
  return verdict.valid ? 'valid' : verdict.reason;
}

/** What is on record of a key since it was minted, newest first: what was done, and by whom. */
async function eventsOf(keyId: string) {
  const query = { limit: 100, keyId, accountId: ada.accountId };
  const { data } = expectData(await service.operator.GET('/v1/events', { params: { query } }));
  return data.flatMap(({ type, actor }) => (type === 'key.minted' ? [] : [[type, actor]]));
}

describe('who revokes', () => {
  test('is a client of OAuth, in every way that it can authenticate', async () => {
    const client = await mint({ scopes: ['keys:write'] });
    const as = { issuer: 'http://latchkey.test', revocation_endpoint: 'http://latchkey.test/oauth2/revoke' };
    for (const [clientId, authenticate, actor] of [
      [client.id, oauth.ClientSecretBasic(client.token), client.id],
      [client.id, oauth.ClientSecretPost(client.token), client.id],
      ['operator', oauth.ClientSecretBasic(service.operatorToken), 'operator'],
      ['my-app', oauth.None(), undefined],
    ] as const) {
      const { id, token } = await mint();
      const response = await oauth.revocationRequest(as, { client_id: clientId }, authenticate, token, {
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: (url, init) => service.fetch(url, init as RequestInit),
      });
      expect(await oauth.processRevocationResponse(response)).toBeUndefined();
      expect(await verdictOn(token)).toBe('revoked');
      expect(await eventsOf(id)).toEqual([['key.revoked', actor ?? id]]);
    }
  });

  test('is whoever has the token: nobody else, a session, the key itself or another key', async () => {
    const grace = await service.signIn();
    const other = await mint();
    for (const [headers, actor] of [
      [undefined, /^key_/],
      [bearer(ada.accessToken), /^session_/],
      [bearer(grace.accessToken), /^session_/],
      [bearer(other.token), new RegExp(`^${other.id}$`)],
      [bearer(service.operatorToken), /^operator$/],
    ] as const) {
      const { id, token } = await mint();
      expect(await told(await revoke(token, headers))).toEqual(done);
      expect(await verdictOn(token)).toBe('revoked');
      expect(await eventsOf(id)).toEqual([['key.revoked', expect.stringMatching(actor)]]);
    }
    const { id, token } = await mint();
    expect(await told(await revoke(token, bearer(token)))).toEqual(done);
    expect(await eventsOf(id)).toEqual([['key.revoked', id]]);
  });

  test('is refused if the credential is not valid: nothing is done', async () => {
    const { id, token } = await mint();
    const { token: expired } = await mint({ expiresAt: new Date(service.context.now() + 1).toISOString() });
    service.pass(1);
    const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    for (const headers of [
      bearer(newToken('lk_')),
      bearer(expired),
      basic(`${id}:${expired}`),
      basic(`operator:${token}`),
      { Authorization: `Bearer\t${token}` },
    ]) {
      const response = await revoke(token, headers);
      expect([response.status, (await response.json()).error]).toEqual([401, 'invalid_client']);
    }
    expect(await verdictOn(token)).toBe('valid');
  });

  test('is not read from multipart/form-data, which is refused: nothing is done', async () => {
    const { token } = await mint();
    const body = new FormData();
    const fields = { token, client_id: 'operator', client_secret: 'wrong' };
    for (const [name, text] of Object.entries(fields)) body.set(name, text);
    const response = await service.fetch('/oauth2/revoke', { method: 'POST', body });
    expect([response.status, response.headers.get('accept')]).toEqual([415, formType]);
    expect(await verdictOn(token)).toBe('valid');
  });
});

describe('what is revoked', () => {
  test('is a key, whatever its conditions and its status', async () => {
    const inFuture = (milliseconds: number) => new Date(service.context.now() + milliseconds).toISOString();
    const keys = [
      await mint({ allowedIps: ['203.0.113.0/24'] }),
      await mint({ audience: ['https://api.example.com'] }),
      await mint({ notBefore: inFuture(60_000) }),
      await mint({ expiresAt: inFuture(1) }),
    ];
    service.pass(1);
    for (const { token } of keys) {
      expect(await told(await revoke(token))).toEqual(done);
      expect(await verdictOn(token)).toBe('revoked');
    }
  });

  const rotate = async ({ id }: { id: string }) => {
    const params = { path: { keyId: id } };
    const body = { overlapSeconds: 60 };
    return expectData(await ada.client.POST('/v1/keys/{keyId}/rotate', { params, body })).token;
  };

  test('is the whole key with its current token', async () => {
    const key = await mint();
    const next = await rotate(key);
    expect(await told(await revoke(key.token))).toEqual(done);
    expect([await verdictOn(key.token), await verdictOn(next)]).toEqual(['revoked', 'revoked']);
  });

  test('is a next token alone, as by cancelling the rotation', async () => {
    const key = await mint();
    const next = await rotate(key);
    expect(await told(await revoke(next))).toEqual(done);
    expect([await verdictOn(key.token), await verdictOn(next)]).toEqual(['valid', 'rotated']);
    expect(await eventsOf(key.id)).toEqual([
      ['key.rotation_cancelled', key.id],
      ['key.rotated', expect.anything()],
    ]);
  });

  test('is a previous token alone, as by finishing the rotation', async () => {
    const key = await mint();
    const next = await rotate(key);
    expect(await verdictOn(next)).toBe('valid');
    expect(await told(await revoke(key.token, bearer(next)))).toEqual(done);
    expect([await verdictOn(key.token), await verdictOn(next)]).toEqual(['rotated', 'valid']);
    expect((await eventsOf(key.id))[0]).toEqual(['key.rotation_finished', key.id]);
  });

  test('is nothing if a previous token has ended already', async () => {
    const key = await mint();
    await verdictOn(await rotate(key));
    service.pass(60_000);
    const before = await eventsOf(key.id);
    expect(await told(await revoke(key.token))).toEqual(done);
    expect(await eventsOf(key.id)).toEqual(before);
  });

  test('is nothing if the token is gone, unknown or malformed', async () => {
    const key = await mint();
    for (const token of [
      key.token,
      key.token,
      newToken('lk_'),
      'x',
      'x'.repeat(60_000),
      'a\u0000b',
      'eyJh.e30.x',
    ])
      expect(await told(await revoke(token)), token.slice(0, 50)).toEqual(done);
    expect(await eventsOf(key.id)).toHaveLength(1);
  });

  test('is no access token, and no operator token, which stay as they are', async () => {
    for (const token of [ada.accessToken, service.operatorToken]) {
      const response = await revoke(token);
      expect([response.status, (await response.json()).error]).toEqual([400, 'unsupported_token_type']);
    }
    expectData(await service.as(ada.accessToken).GET('/v1/account'));
  });

  test('is a refresh token, whose session ends', async () => {
    const refresh = (refreshToken: string) =>
      service.as().POST('/v1/sessions/refresh', { body: { refreshToken } });
    const ended = async () => {
      const query = { accountId: cleo.accountId, type: 'session.ended' as const };
      return expectData(await service.operator.GET('/v1/events', { params: { query } })).data;
    };
    const cleo = await service.signIn();
    expect((await revoke(cleo.refreshToken)).status).toBe(200);
    expect((await refresh(cleo.refreshToken)).response.status).toBe(401);
    expect((await service.as(cleo.accessToken).GET('/v1/account')).response.status).toBe(401);
    expect(await ended()).toMatchObject([{ actor: 'refresh_token' }]);
    for (const token of [cleo.refreshToken, newToken('lkr_')]) expect((await revoke(token)).status).toBe(200);
    expect(await ended()).toHaveLength(1);
    // One that was used ends it too: whoever uses it again does.
    const body = { email: cleo.email, password };
    const again = expectData(await service.as().POST('/v1/sessions', { body }));
    expectData(await refresh(again.refreshToken));
    expect((await revoke(again.refreshToken, bearer(service.operatorToken))).status).toBe(200);
    expect((await service.as(again.accessToken).GET('/v1/account')).response.status).toBe(401);
    expect(await ended()).toMatchObject([{ actor: 'operator' }, { actor: 'refresh_token' }]);
  });

  test.runIf(inject('database') === 'postgres')(
    'is the token in the state that it has when another transaction is through with its key',
    async () => {
      const admin = await connectByHand(service);
      const key = await mint();
      const next = await rotate(key);
      let answer: Promise<Response> | undefined;
      await admin.begin(async (transaction) => {
        // What the first use of the next token does.
        await transaction`
          update keys set current_hash = next_hash, previous_hash = current_hash, next_hash = null,
            next_overlap = null, previous_ends_at = ${new Date(service.context.now() + 60_000)}
          where id = ${key.id.slice('key_'.length)}`;
        answer = revoke(next);
        await untilWaiting(admin);
      });
      expect(answer && (await told(await answer))).toEqual(done);
      expect([await verdictOn(key.token), await verdictOn(next)]).toEqual(['revoked', 'revoked']);
      expect((await eventsOf(key.id))[0]).toEqual(['key.revoked', key.id]);
    },
  );

  test('is accepted by nobody, whatever is done with it at the same time', async () => {
    for (let time = 0; time < 10; time += 1) {
      const key = await mint();
      const next = await rotate(key);
      await Promise.all([verdictOn(next), revoke(next), verdictOn(next), revoke(next)]);
      expect(await verdictOn(next)).not.toBe('valid');
    }
  });
});

describe('the answer', () => {
  /** Revokes by a service that differs. */
  const revokeBy = async (differing: Partial<ServiceContext>, token: string) => {
    const app = createApp({ ...service.context, ...differing });
    return app.fetch(new Request('http://latchkey.test/oauth2/revoke', request({ token })));
  };

  test('waits until the revocation is in force everywhere, also when it is asked for again', async () => {
    const { token } = await mint();
    for (let time = 0; time < 2; time += 1) {
      const barrier = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      let answered = false;
      const settled = () => {
        asked.resolve();
        return barrier.promise;
      };
      const answer = revokeBy({ settled }, token).then((response) => {
        answered = true;
        return response;
      });
      await asked.promise;
      expect(answered).toBe(false);
      barrier.resolve();
      expect(await told(await answer)).toEqual(done);
    }
  });

  test('is for a token that the replica has cached as unknown, since it was presented before its import', async () => {
    const { id, token } = await mint();
    const keys = { find: () => undefined, refresh: async () => undefined, holds: () => false };
    expect(await told(await revokeBy({ keys }, token))).toEqual(done);
    expect(await verdictOn(token)).toBe('revoked');
    expect(await eventsOf(id)).toEqual([['key.revoked', id]]);
  });

  test('is 503 with Retry-After where the token may still be accepted', async () => {
    const { token } = await mint();
    const failing = async () => {
      throw new DatabaseUnavailable(new Error('gone'));
    };
    const keys = { find: failing, refresh: failing, holds: () => false };
    const response = await revokeBy({ keys }, token);
    expect(response.headers.get('retry-after')).toBe('1');
    const { status, body } = await told(response);
    expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(await verdictOn(token)).toBe('valid');
  });
});
