import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { accessLifetime, createSigner, newSigningKeys, type PrivateJwkSet } from '../server/jwt/signing.ts';
import { newToken } from '../server/token.ts';
import { password, type SignedIn, startService, type TestService } from './support/harness.ts';

/** The service's own secrets are rotated while replicas are restarted one by one: no request is refused meanwhile. */

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

interface Secrets {
  operatorTokens?: string[];
  signingKeys?: PrivateJwkSet['keys'];
}

type Replica = (method: string, path: string, as?: string, body?: object) => Promise<Response>;

/** A replica on the one database that was started with these secrets. */
async function replica({ operatorTokens, signingKeys }: Secrets): Promise<Replica> {
  const { publicUrl } = service.context;
  const app = createApp({
    ...service.context,
    ...(operatorTokens && { operatorTokens }),
    ...(signingKeys && {
      signer: await createSigner({ keys: signingKeys }, { issuer: publicUrl, siteName: 'Share' }),
    }),
  });
  return async (method, path, as, body) =>
    app.fetch(
      new Request(new URL(path, publicUrl), {
        method,
        headers: {
          ...(as && { Authorization: `Bearer ${as}` }),
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
}

/** Restarts two replicas, one after the other, with the next secrets; `look` sees each state on the way. */
async function restart(replicas: Replica[], secrets: Secrets, look: (replicas: Replica[]) => Promise<void>) {
  for (const index of replicas.keys()) {
    replicas[index] = await replica(secrets);
    await look(replicas);
  }
}

test('with two operator tokens at a time, one replaces the other and no call is refused', async () => {
  const [old, next] = [newToken('lko_'), newToken('lko_')];
  const accepted = (token: string) => async (replicas: Replica[]) => {
    for (const call of replicas) expect((await call('GET', '/v1/accounts', token)).status).toBe(200);
  };
  const replicas = [await replica({ operatorTokens: [old] }), await replica({ operatorTokens: [old] })];
  await restart(replicas, { operatorTokens: [old, next] }, accepted(old));
  // The back ends change over in any order.
  await accepted(old)(replicas);
  await accepted(next)(replicas);
  await restart(replicas, { operatorTokens: [next] }, accepted(next));
  for (const call of replicas) expect((await call('GET', '/v1/accounts', old)).status).toBe(401);
});

async function signingKey() {
  const [key] = (await newSigningKeys()).keys;
  if (!key) throw new Error('There is no key.');
  return key;
}

/** Signs in at each replica, and holds each access token that is still good against every replica and its JWK Set. */
function sessions() {
  let tokens: string[] = [];
  return {
    async look(replicas: Replica[]) {
      for (const call of replicas) {
        const answer = await call('POST', '/v1/sessions', undefined, { email: ada.email, password });
        tokens.push((await answer.json()).accessToken);
      }
      for (const call of replicas) {
        const jwks = createLocalJWKSet(await (await call('GET', '/.well-known/jwks.json')).json());
        for (const token of tokens) {
          expect((await call('GET', '/v1/account', token)).status).toBe(200);
          await jwtVerify(token, jwks, { currentDate: new Date(service.context.now()) });
        }
      }
    },
    /** Waits until all of them have expired. */
    expire() {
      service.pass(accessLifetime * 1000);
      tokens = [];
    },
  };
}

test('a signing key that is added last, then moved first, replaces the other and no token is refused', async () => {
  const [old, next] = [await signingKey(), await signingKey()];
  const { look, expire } = sessions();
  const replicas = [await replica({ signingKeys: [old] }), await replica({ signingKeys: [old] })];
  await look(replicas);
  await restart(replicas, { signingKeys: [old, next] }, look);
  await restart(replicas, { signingKeys: [next, old] }, look);
  expire();
  await restart(replicas, { signingKeys: [next] }, look);
});

test('a refresh is repeated at a replica that signs with another key, and gives the same refresh token', async () => {
  const [old, next] = [await signingKey(), await signingKey()];
  const before = await replica({ signingKeys: [old, next] });
  const after = await replica({ signingKeys: [next, old] });
  const { refreshToken } = await service.signIn();
  const refreshAt = async (call: Replica) => {
    const answer = await call('POST', '/v1/sessions/refresh', undefined, { refreshToken });
    return (await answer.json()).refreshToken;
  };
  const first = await refreshAt(before);
  expect(first).toMatch(/^lkr_/);
  expect(await refreshAt(after)).toBe(first);
});

test('a signing key that is added first is refused by the replicas that do not have it yet', async () => {
  const [old, next] = [await signingKey(), await signingKey()];
  const { look } = sessions();
  const replicas = [await replica({ signingKeys: [old] }), await replica({ signingKeys: [old] })];
  await expect(restart(replicas, { signingKeys: [next, old] }, look)).rejects.toThrow(
    'expected 401 to be 200',
  );
});
