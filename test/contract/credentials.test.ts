import { beforeAll, expect, test } from 'vitest';
import { render } from './calls.ts';
import {
  challengeOf,
  isForGateways,
  isGuarded,
  isPublic,
  nameOf,
  type Operation,
  operations,
} from './operations.ts';
import { plain } from './plain.ts';
import { startTrial, type Trial } from './trial.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
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
  '%s refuses a malformed or revoked credential',
  async ([, operation]) => {
    const { accessToken } = await trial.newAccount();
    const [head, claims, signature = ''] = accessToken.split('.');
    for (const authorization of [
      'Bearer nonsense',
      'Bearer two words',
      `Bearer lk_${'a'.repeat(38)}`,
      `Bearer ${head}.${claims}.${signature.split('').reverse().join('')}`,
      `Bearer ${head}.${claims}.`,
    ]) {
      const response = await send(operation, authorization);
      expect(response.status, authorization).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(
        `${challengeOf(operation)}, error="invalid_token"`,
      );
    }
  },
);

test.for(named(operations.filter(isPublic)))('%s does not look at credentials', async ([, operation]) => {
  const [without, withBad] = [await send(operation), await send(operation, 'Bearer nonsense')];
  expect(withBad.ok).toBe(without.ok);
});
