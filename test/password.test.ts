import { beforeAll, expect, test } from 'vitest';
import { expectData, password, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const signIn = (n: number, signal?: AbortSignal) =>
  service.fetch('/v1/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: `stranger${n}@example.com`, password }),
    ...(signal && { signal }),
  });

test('of many concurrent sign-ins some hundred wait, and the others are asked to retry', async () => {
  const answers = await Promise.all(Array.from({ length: 160 }, (_, n) => signIn(n)));
  const refused = answers.filter(({ status }) => status !== 401);
  expect(refused.length).toBeGreaterThan(20);
  expect(refused.length).toBeLessThan(60);
  for (const answer of refused) {
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({
      status: 503,
      code: 'overloaded',
      detail: 'Too many passwords wait to be checked: try again in a second.',
    });
  }
});

test('the password of a client that hung up is not checked, and its place is free', async () => {
  const clients = new AbortController();
  const answers = Array.from({ length: 90 }, (_, n) => signIn(n, clients.signal));
  await Promise.race(answers);
  clients.abort();
  const others = Array.from({ length: 90 }, (_, n) => signIn(100 + n));
  const checked = (await Promise.all(answers)).filter(({ status }) => status === 401);
  expect(checked.length).toBeLessThan(30);
  for (const { status } of await Promise.all(others)) expect(status).toBe(401);
});

test('many sign-ins do not hold up requests with an access token', async () => {
  let done = 0;
  const crowd = Array.from({ length: 40 }, async (_, n) => {
    await service.as().POST('/v1/sessions', { body: { email: `stranger${n}@example.com`, password } });
    done += 1;
  });
  expectData(await ada.client.GET('/v1/account'));
  expect(done).toBeLessThan(20);
  await Promise.all(crowd);
});
