import * as fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

type Metadata = Record<string, string | number | boolean>;

const create = (metadata: Metadata) => ada.client.POST('/v1/keys', { body: { name: 'Key', metadata } });
const patch = (keyId: string, metadata: Record<string, string | number | boolean | null>) =>
  ada.client.PATCH('/v1/keys/{keyId}', { params: { path: { keyId } }, body: { metadata } });

const bytesOf = (text: string) => Buffer.byteLength(JSON.stringify(text));

/** Metadata whose names and texts take so many bytes as JSON, most of them for this character. */
function ofBytes(bytes: number, character: string): Metadata {
  const metadata: Metadata = {};
  for (let left = bytes, n = 10; left > 0; n += 1) {
    const room = left - bytesOf(`n${n}`) - bytesOf('');
    const size = bytesOf(character) - bytesOf('');
    const count = Math.min(400, Math.floor(room / size));
    const rest = room - count * size;
    const text = character.repeat(count) + (rest <= 90 ? 'x'.repeat(rest) : '');
    metadata[`n${n}`] = text;
    left -= bytesOf(`n${n}`) + bytesOf(text);
  }
  return metadata;
}

const tooLong = { code: 'invalid_input', errors: [{ pointer: '#/metadata' }] };

test.each(['x', 'é', '漢', '🔑', '"', '\\', '\n', '\u0001', '\u007f', '\u2028'])(
  'names and texts of metadata take at most 4,096 bytes as JSON, at once and by patches, with %j',
  async (character) => {
    expect((await create(ofBytes(4_097, character))).error).toMatchObject(tooLong);
    const { id } = expectData(await create(ofBytes(4_096, character)));
    expect((await patch(id, { a: '' })).error).toMatchObject(tooLong);
    expectData(await patch(id, { a: '', n10: null }));
    const { id: empty } = expectData(await create({}));
    expect((await patch(empty, ofBytes(4_097, character))).error).toMatchObject(tooLong);
    expectData(await patch(empty, ofBytes(4_096, character)));
  },
);

test('numbers and booleans do not count towards these bytes', async () => {
  const entries = Array.from({ length: 50 }, (_, n) => [`n${n}`, [1e308, 5e-324, -0.1, true][n % 4] ?? 0]);
  const metadata: Metadata = Object.fromEntries(entries);
  const { id } = expectData(await create(metadata));
  expect(expectData(await patch(id, { n0: -1e308 })).metadata).toEqual({ ...metadata, n0: -1e308 });
});

test('metadata that a create accepts can be the result of a patch, and no others', async () => {
  const { id: empty } = expectData(await create({}));
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '𝒳', '"', '\\', '\u0001', '/'),
    maxLength: 450,
    size: 'max',
  });
  const value = fc.oneof(
    { weight: 4, arbitrary: text },
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  );
  const metadata = fc.dictionary(fc.stringMatching(/^[a-z0-9_.:-]{1,64}$/), value, {
    minKeys: 8,
    maxKeys: 12,
    size: 'max',
  });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(metadata, async (metadata) => {
      const minted = await create(metadata);
      const patched = await patch(empty, metadata);
      refused += minted.error ? 1 : 0;
      expect(patched.response.ok).toBe(minted.response.ok);
      if (patched.data)
        await patch(
          empty,
          Object.fromEntries(Object.keys(patched.data.metadata).map((name) => [name, null])),
        );
    }),
    { numRuns: 60, examples: [[ofBytes(4_097, 'x')], [ofBytes(4_096, 'x')]] },
  );
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(60);
});

test('metadata cannot grow past 50 entries by patches', async () => {
  const entries = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`entry${from + index}`, index]));
  const { id } = expectData(await create(entries(0, 50)));
  expect((await patch(id, entries(50, 51))).error).toMatchObject(tooLong);
  const swapped = expectData(await patch(id, { ...entries(50, 51), entry0: null }));
  expect(Object.keys(swapped.metadata)).toHaveLength(50);
});

test('a key with metadata that are too long can still be disabled', async () => {
  const { id } = expectData(await create({}));
  await sql`update keys set metadata = jsonb_build_object('a', repeat('x', 5000))
    where id = ${id.slice('key_'.length)}`.execute(service.db);
  const params = { path: { keyId: id } };
  const { disabledAt } = expectData(
    await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }),
  );
  expect(disabledAt).not.toBeNull();
});
