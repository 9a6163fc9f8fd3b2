import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { expectData, type SignedIn, startService, type TestService } from './harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

/** So many characters of metadata, names and values together, in entries of 500. */
const ofLength = (characters: number) =>
  Object.fromEntries(
    Array.from({ length: Math.ceil(characters / 500) }, (_, n) => [
      `name${n}`,
      '🔑'.repeat(Math.min(500, characters - n * 500) - 5),
    ]),
  );

const tooLong = { code: 'invalid_input', errors: [{ pointer: '#/metadata' }] };

test('metadata are at most 4,000 characters, at once and by patches', async () => {
  const { client } = ada;
  const { error } = await client.POST('/v1/keys', { body: { name: 'Key', metadata: ofLength(4_006) } });
  expect(error).toMatchObject(tooLong);

  const body = { name: 'Key', metadata: ofLength(4_000) };
  const { id } = expectData(await client.POST('/v1/keys', { body }));
  const params = { path: { keyId: id } };
  const patch = (metadata: Record<string, string | null>) =>
    client.PATCH('/v1/keys/{keyId}', { params, body: { metadata } });
  expect((await patch({ a: '' })).error).toMatchObject(tooLong);
  expectData(await patch({ a: '', name0: null }));
});

test('metadata cannot grow past 50 entries by patches', async () => {
  const entries = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`entry${from + index}`, index]));
  const body = { name: 'Key', metadata: entries(0, 50) };
  const { id } = expectData(await ada.client.POST('/v1/keys', { body }));
  const params = { path: { keyId: id } };
  const { error } = await ada.client.PATCH('/v1/keys/{keyId}', {
    params,
    body: { metadata: entries(50, 51) },
  });
  expect(error).toMatchObject({ code: 'invalid_input', errors: [{ pointer: '#/metadata' }] });
  const swap = { metadata: { ...entries(50, 51), entry0: null } };
  const swapped = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: swap }));
  expect(Object.keys(swapped.metadata)).toHaveLength(50);
});

test('a key with metadata that are too long can still be disabled', async () => {
  const { id } = expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
  await sql`update keys set metadata = jsonb_build_object('a', repeat('x', 5000))
    where id = ${id.slice('key_'.length)}`.execute(service.db);
  const params = { path: { keyId: id } };
  const { disabledAt } = expectData(
    await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }),
  );
  expect(disabledAt).not.toBeNull();
});
