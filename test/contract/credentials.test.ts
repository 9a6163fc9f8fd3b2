import { beforeAll, expect, test } from 'vitest';
import { newToken } from '../../server/token.ts';
import { expectData } from '../support/harness.ts';
import {
  challengeOf,
  isForGateways,
  isGuarded,
  isPublic,
  nameOf,
  type Operation,
  operations,
} from '../support/operations.ts';
import { render } from './calls.ts';
import { plain } from './plain.ts';
import { startTrial, type Trial } from './trial.ts';

let trial: Trial;
/** Credentials that were good once, and their forgeries. */
let bad: Record<string, string>;

beforeAll(async () => {
  trial = await startTrial();
  const { service } = trial;
  const { client, accessToken } = await service.signIn();
  const { id: keyId, token } = expectData(
    await client.POST('/v1/keys', { body: { name: 'Key', scopes: ['keys:read', 'keys:write'] } }),
  );
  await client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId } } });
  const ended = service.as(accessToken);
  expect((await ended.DELETE('/v1/sessions/current')).response.status).toBe(204);
  const [head, claims, signature = ''] = (await trial.newAccount()).accessToken.split('.');
  bad = {
    'no token': 'nonsense',
    'two words': 'two words',
    'a key that does not exist': newToken('lk_'),
    'a wrong checksum': `lk_${'a'.repeat(38)}`,
    'another signature': `${head}.${claims}.${signature.split('').reverse().join('')}`,
    'no signature': `${head}.${claims}.`,
    'a key that is revoked': token,
    'a session that has ended': accessToken,
  };
});

const named = (some: Operation[]) => some.map((operation) => [nameOf(operation), operation] as const);

/** Sends the plainest good call with this Authorization header, which is nobody's. */
async function send(operation: Operation, authorization?: string): Promise<Response> {
  const { target, headers, body } = render(plain(operation), () => 'x');
  return trial.service.fetch(target, {
    method: operation.method,
    headers: { ...headers, ...(authorization !== undefined && { Authorization: authorization }) },
    ...(body !== undefined && { body }),
  });
}

test.for(named(operations.filter(isGuarded)))(
  '%s answers 401 with a challenge to a request without a credential, before it looks at anything else',
  async ([, operation]) => {
    for (const authorization of [undefined, 'Bearer', 'Digest username="ada"']) {
      const response = await send(operation, authorization);
      expect(response.status, authorization).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(challengeOf(operation));
    }
  },
);

test.for(named(operations.filter(isGuarded)))(
  '%s knows HTTP Basic or not, as its contract says',
  async ([, operation]) => {
    const basic = await send(operation, 'Basic YWRhOnNlY3JldA==');
    expect(basic.status).toBe(401);
    const error = 'client' in Object.assign({}, ...operation.security) ? ', error="invalid_token"' : '';
    expect(basic.headers.get('www-authenticate')).toBe(`${challengeOf(operation)}${error}`);
  },
);

test.for(named(operations.filter((operation) => !isPublic(operation) && !isForGateways(operation))))(
  '%s refuses a credential that is malformed, forged, unknown, revoked or of an ended session',
  async ([, operation]) => {
    for (const [what, token] of Object.entries(bad)) {
      const response = await send(operation, `Bearer ${token}`);
      expect(response.status, what).toBe(401);
      expect(response.headers.get('www-authenticate'), what).toBe(
        `${challengeOf(operation)}, error="invalid_token"`,
      );
    }
  },
);

test.for(named(operations.filter(isPublic)))('%s does not look at credentials', async ([, operation]) => {
  const outcome = async (authorization?: string) => {
    const response = await send(operation, authorization);
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, code: isJson ? (await response.json()).code : undefined };
  };
  expect(await outcome('Bearer nonsense')).toEqual(await outcome());
});
