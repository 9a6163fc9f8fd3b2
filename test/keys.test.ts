import { beforeAll, expect, test } from 'vitest';
import { expectData, type SignedIn, startService, type TestService } from './harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

const day = 86_400_000;

test('a key shows its token once, and only its start ever after', async () => {
  const minted = expectData(await ada.client.POST('/v1/keys', { body: { name: '  Mobile app  ' } }));
  expect(minted.token).toMatch(/^lk_[0-9A-Za-z]{38}$/);
  expect(minted.name).toBe('Mobile app');
  const { token, ...key } = minted;
  expect(token.startsWith(key.start)).toBe(true);

  const path = { keyId: minted.id };
  const read = expectData(await ada.client.GET('/v1/keys/{keyId}', { params: { path } }));
  expect(read).toEqual(key);
});
