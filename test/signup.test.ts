import { beforeAll, expect, test } from 'vitest';
import { password, startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({ signUp: 'closed' });
});

test('where sign-up is closed, only the operator creates accounts', async () => {
  const body = { email: 'ada@example.com', password };
  const closed = await service.as().POST('/v1/accounts', { body });
  expect(closed.error).toMatchObject({ status: 403, code: 'sign_up_closed' });
  expect((await service.operator.POST('/v1/accounts', { body })).response.status).toBe(201);
  expect((await service.as().POST('/v1/sessions', { body })).response.status).toBe(201);
});
