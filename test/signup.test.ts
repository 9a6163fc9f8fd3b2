import { beforeAll, expect, test } from 'vitest';
import { expectData, password, startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({ signUp: 'closed' });
});

test('where sign-up is closed, only the operator token creates accounts with a password', async () => {
  const body = { email: 'ada@example.com', password };
  const closed = await service.as().POST('/v1/accounts', { body });
  expect(closed.error).toMatchObject({ status: 403, code: 'sign_up_closed' });
  expect((await service.operator.POST('/v1/accounts', { body })).response.status).toBe(201);
  expect((await service.as().POST('/v1/sessions', { body })).response.status).toBe(201);
});

test.each(['operator:keys', 'operator:accounts'])(
  'a key with %s signs nobody up: it could then sign in, and mint keys beyond its scopes',
  async (scope) => {
    const { id: accountId } = expectData(await service.operator.GET('/v1/account'));
    const params = { query: { accountId } };
    const { token } = await service.operator.keys.create({ name: 'Job', scopes: [scope] }, params);
    const body = { email: `${scope.replace(':', '.')}@example.com`, password };
    const { error } = await service.as(token).POST('/v1/accounts', { body });
    expect(error).toMatchObject({ status: 403, code: 'wrong_caller' });
    expect((await service.as().POST('/v1/sessions', { body })).response.status).toBe(401);
  },
);
