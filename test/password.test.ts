import { beforeAll, expect, test } from 'vitest';
import { expectData, password, type SignedIn, startService, type TestService } from './harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

test('whoever is signed in need not wait for a crowd that signs in', async () => {
  let done = 0;
  const crowd = Array.from({ length: 40 }, async (_, n) => {
    await service.as().POST('/v1/sessions', { body: { email: `stranger${n}@example.com`, password } });
    done += 1;
  });
  expectData(await ada.client.GET('/v1/account'));
  expect(done).toBeLessThan(20);
  await Promise.all(crowd);
});
