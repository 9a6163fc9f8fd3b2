import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { components } from '../clients/typescript/schema.gen.ts';
import { whyNotGrantable } from '../decide/scopes.ts';
import { InsufficientScope, KeyNotFound } from '../server/errors.ts';
import { withoutRequest } from '../server/events/recording.ts';
import { changeKey } from '../server/keys/changes.ts';
import { revokeKey } from '../server/keys/keys.ts';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { insertManyKeys } from './support/insert-keys.ts';

let service: TestService;
let ada: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
  bob = await service.signIn();
});

const day = 86_400_000;

type KeyPatch = components['schemas']['KeyPatch'];

const mint = async (body: { name?: string; scopes?: string[]; expiresIn?: '1d' | 'never' } = {}, by = ada) =>
  expectData(await by.client.POST('/v1/keys', { body: { name: 'Key', ...body } }));

test('a key shows its token once, and only its start ever after', async () => {
  const { token, ...key } = await mint({ name: '  Mobile app  ' });
  expect(token).toMatch(/^lk_[0-9A-Za-z]{38}$/);
  expect(token.slice(0, 7)).toBe(key.start);
  expect(key.name).toBe('Mobile app');

  const params = { path: { keyId: key.id } };
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', { params }))).toEqual(key);
});

test('a key expires after the lifetime that was set, in days of 24 hours', async () => {
  const now = service.context.now();
  for (const [expiresIn, days] of [
    ['1d', 1],
    ['7d', 7],
    ['30d', 30],
    ['90d', 90],
    ['1y', 365],
  ] as const) {
    const { data } = await ada.client.POST('/v1/keys', { body: { name: 'Key', expiresIn } });
    expect(data?.expiresAt).toBe(new Date(now + days * day).toISOString());
  }
  const never = await mint({ expiresIn: 'never' });
  expect(never.expiresAt).toBeNull();
  const absent = await mint();
  expect(absent.expiresAt).toBeNull();
  const body = { name: 'Key', expiresAt: '2026-03-01T00:00:00+02:00' };
  const at = expectData(await ada.client.POST('/v1/keys', { body }));
  expect(at.expiresAt).toBe('2026-02-28T22:00:00.000Z');
});

test('a lifetime in a change of a key counts from the change on', async () => {
  const { id } = await mint({ expiresIn: '1d' });
  service.pass(day / 2);
  const change = (body: KeyPatch) =>
    ada.client.PATCH('/v1/keys/{keyId}', { params: { path: { keyId: id } }, body });
  const inDays = (days: number) => new Date(service.context.now() + days * day).toISOString();
  expect(expectData(await change({ expiresIn: '7d' })).expiresAt).toBe(inDays(7));
  expect(expectData(await change({ expiresIn: 'never' })).expiresAt).toBeNull();
  for (const expiresAt of [inDays(2), null])
    expect((await change({ expiresIn: '1d', expiresAt })).error).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/expiresAt', detail: 'Send either expiresIn or expiresAt.' }],
    });
  const query = { keyId: id, type: 'key.changed' as const };
  const { data } = expectData(await ada.client.GET('/v1/events', { params: { query } }));
  expect(data.map((event) => event.data)).toEqual([{ expiresAt: null }, { expiresAt: inDays(7) }]);
});

test('a value that is no date is refused as that, and as nothing else', async () => {
  const detail = 'Must be a date and time of RFC 3339, such as 2027-01-31T12:00:00Z.';
  const minted = await ada.client.POST('/v1/keys', { body: { name: 'Key', expiresAt: 'tomorrow' } });
  expect(minted.error?.errors).toEqual([{ pointer: '#/expiresAt', detail }]);
  const counted = await ada.client.GET('/v1/usage', { params: { query: { to: 'tomorrow' } } });
  expect(counted.error?.errors).toEqual([{ parameter: 'to', detail }]);
});

test('an expiry must be in the future, and given once', async () => {
  for (const body of [
    { name: 'Key', expiresAt: '2026-01-31T12:00:00Z' },
    { name: 'Key', expiresAt: '0000-01-01T00:00:00Z' },
    { name: 'Key', expiresAt: '9999-12-31T23:59:59-14:00' },
    { name: 'Key', expiresAt: '2026-02-30T00:00:00Z' },
    { name: 'Key', expiresAt: '2027-01-01T00:00:00Z', expiresIn: '1d' as const },
  ]) {
    const { error, response } = await ada.client.POST('/v1/keys', { body });
    expect(response.status).toBe(422);
    expect(error?.errors?.[0]?.pointer).toBe('#/expiresAt');
  }
  const params = { path: { keyId: (await mint()).id } };
  const body = { expiresAt: '2026-01-31T12:00:00Z' };
  const { error } = await ada.client.PATCH('/v1/keys/{keyId}', { params, body });
  expect(error).toMatchObject({ status: 422, errors: [{ pointer: '#/expiresAt' }] });
});

test.each(['infinity', '-infinity', '0026-03-12', '10000-01-01'])(
  'a key that is brought in by hand cannot expire at %s, which no answer could tell',
  async (instant) => {
    const { id } = await mint();
    const changed = sql`update keys set expires_at = ${instant}::text::timestamptz where id = ${id.slice(4)}`;
    await expect(changed.execute(service.db)).rejects.toThrow('keys_expires_at_check');
  },
);

test('every violation in the input is listed with its place', async () => {
  const body = {
    name: '',
    scopes: ['ok', 'not ok'],
    metadata: { 'a b': 1, fine: 'x'.repeat(501) },
    nmae: 'x',
  };
  const { error } = await ada.client.POST('/v1/keys', { body });
  expect(error?.errors?.map(({ pointer }) => pointer).sort()).toEqual([
    '#/metadata/a%20b',
    '#/metadata/fine',
    '#/name',
    '#/nmae',
    '#/scopes/1',
  ]);
});

test('lists run newest first, page by page, each key once', async () => {
  const carol = await service.signIn();
  const minted = [];
  for (let count = 0; count < 5; count += 1) minted.unshift(await mint({ name: `Key ${count}` }, carol));
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor && { cursor }) };
    const page = expectData(await carol.client.GET('/v1/keys', { params: { query } }));
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(minted.map(({ id }) => id));
});

test('a list can be narrowed to a status', async () => {
  const carol = await service.signIn();
  const active = await mint({}, carol);
  const expired = await mint({ expiresIn: '1d' }, carol);
  const disabled = await mint({ expiresIn: '1d' }, carol);
  await carol.client.PATCH('/v1/keys/{keyId}', {
    params: { path: { keyId: disabled.id } },
    body: { disabled: true },
  });
  service.pass(day);
  for (const [status, key] of Object.entries({ active, expired, disabled })) {
    const query = { status: status as 'active' | 'expired' | 'disabled' };
    const page = expectData(await carol.client.GET('/v1/keys', { params: { query } }));
    expect(page.data.map(({ id, status }) => ({ id, status }))).toEqual([{ id: key.id, status }]);
  }
});

test('a filtered list of thousands of keys comes in pages that may be empty, and misses none', async () => {
  const dora = await service.signIn();
  const account = dora.accountId.slice(4);
  await insertManyKeys(
    service.db,
    6_000,
    (numbers) => sql`
      select md5(n::text)::char(24), ${account}::text, case when n in (1000, 3000) then 'Rare ' else 'Key ' end || n,
        sha512(convert_to('rare ' || n, 'UTF8'))
      from ${numbers} as n order by n`,
  );
  const pages = [];
  for await (const { data } of dora.client.keys.list({ search: 'rare', limit: 1 }).pages())
    pages.push(data.map(({ name }) => name));
  expect(pages).toEqual([['Rare 3000'], ['Rare 1000']]);
  const disabled = [];
  for await (const { data, nextCursor } of dora.client.keys.list({ status: 'disabled' }).pages())
    disabled.push([data.length, nextCursor === null]);
  expect(disabled).toEqual([
    [0, false],
    [0, true],
  ]);
});

test('a list can be searched by name, whatever its case, and by the start of a token', async () => {
  const carol = await service.signIn();
  const mobile = await mint({ name: 'Mobile 100%' }, carol);
  await mint({ name: 'Desktop' }, carol);
  for (const search of ['mobile', '100%', mobile.start]) {
    const page = expectData(await carol.client.GET('/v1/keys', { params: { query: { search } } }));
    expect(page.data.map(({ id }) => id)).toEqual([mobile.id]);
  }
  for (const search of ['1_0', '%%', '\\', mobile.start.slice(1)]) {
    const page = expectData(await carol.client.GET('/v1/keys', { params: { query: { search } } }));
    expect(page.data).toEqual([]);
  }
});

test('a made-up cursor is refused', async () => {
  const { error } = await ada.client.GET('/v1/keys', { params: { query: { cursor: 'bm9uZQ' } } });
  expect(error).toMatchObject({ status: 422, errors: [{ parameter: 'cursor' }] });
});

test('a patch changes what it names, and leaves the rest', async () => {
  const body = { name: 'Key', scopes: ['a'], metadata: { keep: 1, drop: 'x', change: true } };
  const key = expectData(await ada.client.POST('/v1/keys', { body }));
  const params = { path: { keyId: key.id } };
  service.pass(1000);
  const patch = { metadata: { drop: null, change: false, add: 2.5 }, expiresAt: '2027-01-01T00:00:00Z' };
  const changed = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: patch }));
  const { token: _, ...before } = key;
  const expiresAt = '2027-01-01T00:00:00.000Z';
  expect(changed).toEqual({
    ...before,
    metadata: { keep: 1, change: false, add: 2.5 },
    expiresAt,
    tokens: before.tokens.map((token) => ({ ...token, expiresAt })),
    updatedAt: new Date(service.context.now()).toISOString(),
  });
  const again = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { expiresAt: null } }));
  expect(again.expiresAt).toBeNull();
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', { params }))).toEqual(again);
});

test('a key can be disabled, and allowed again', async () => {
  const key = await mint();
  const params = { path: { keyId: key.id } };
  const off = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }));
  expect(off).toMatchObject({
    status: 'disabled',
    disabledAt: new Date(service.context.now()).toISOString(),
  });
  service.pass(1000);
  const still = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }));
  expect(still.disabledAt).toBe(off.disabledAt);
  const on = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: false } }));
  expect(on).toMatchObject({ status: 'active', disabledAt: null });
});

test('a revoked key is gone', async () => {
  const params = { path: { keyId: (await mint()).id } };
  const { response } = await ada.client.DELETE('/v1/keys/{keyId}', { params });
  expect(response.status).toBe(204);
  for (const { error } of [
    await ada.client.GET('/v1/keys/{keyId}', { params }),
    await ada.client.PATCH('/v1/keys/{keyId}', { params, body: {} }),
    await ada.client.DELETE('/v1/keys/{keyId}', { params }),
  ])
    expect(error).toMatchObject({ status: 404, code: 'key_not_found' });
});

test('a revocation is in force everywhere when it is answered, even if an earlier attempt did it unanswered', async () => {
  const { id } = await mint();
  let waits = 0;
  const settled = async () => {
    waits += 1;
  };
  const act = withoutRequest('operator', service.context.now());
  const revoke = () =>
    revokeKey({ db: service.db, settled }, { accountId: ada.accountId.slice(4), id: id.slice(4) }, act);
  await revoke();
  expect(waits).toBe(1);
  await expect(revoke()).rejects.toThrow(KeyNotFound);
  expect(waits).toBe(2);
});

test('other accounts’ resources are not found', async () => {
  const params = { path: { keyId: (await mint()).id } };
  for (const { error } of [
    await bob.client.GET('/v1/keys/{keyId}', { params }),
    await bob.client.PATCH('/v1/keys/{keyId}', { params, body: { name: 'Mine' } }),
    await bob.client.DELETE('/v1/keys/{keyId}', { params }),
  ])
    expect(error).toMatchObject({ status: 404, code: 'key_not_found' });
  const query = { accountId: ada.accountId };
  const { error } = await bob.client.GET('/v1/keys', { params: { query } });
  expect(error).toMatchObject({ status: 404, code: 'account_not_found' });
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', { params })).name).toBe('Key');
});

test('a key reads with keys:read and writes with keys:write', async () => {
  const reader = service.as((await mint({ scopes: ['keys:read'] })).token);
  const writer = service.as((await mint({ scopes: ['keys:write'] })).token);
  const nothing = service.as((await mint()).token);
  const params = { path: { keyId: (await mint()).id } };

  expect((await reader.GET('/v1/keys/{keyId}', { params })).response.status).toBe(200);
  expect((await writer.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' } })).response.status).toBe(
    200,
  );
  for (const { error, response } of [
    await writer.GET('/v1/keys/{keyId}', { params }),
    await reader.PATCH('/v1/keys/{keyId}', { params, body: { name: 'New' } }),
    await reader.DELETE('/v1/keys/{keyId}', { params }),
    await nothing.GET('/v1/keys'),
  ]) {
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
    expect(response.headers.get('www-authenticate')).toMatch(/error="insufficient_scope", scope="keys:\w+"/);
  }
});

test('a key cannot grant scopes it lacks, neither to a new key nor to an existing one', async () => {
  const writer = await mint({ scopes: ['keys:write', 'a'] });
  const client = service.as(writer.token);
  const params = { path: { keyId: writer.id } };
  for (const { error } of [
    await client.POST('/v1/keys', { body: { name: 'Key', scopes: ['a', 'b'] } }),
    await client.PATCH('/v1/keys/{keyId}', { params, body: { scopes: ['keys:write', 'keys:verify'] } }),
  ])
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
  expect(expectData(await client.POST('/v1/keys', { body: { name: 'Key', scopes: ['a'] } })).scopes).toEqual([
    'a',
  ]);
});

test('a key with a wildcard can grant what it covers, and no wider wildcard', async () => {
  const writer = service.as((await mint({ scopes: ['keys:write', 'files:eu:*'] })).token);
  const post = (scope: string) => writer.POST('/v1/keys', { body: { name: 'Key', scopes: [scope] } });
  for (const scope of ['files:eu:read', 'files:eu:*', 'files:eu:berlin:*']) expectData(await post(scope));
  for (const scope of ['files:read', 'files:*', 'keys:read'])
    expect((await post(scope)).error).toMatchObject({ status: 403, code: 'insufficient_scope' });
});

test.each(['*', 'keys:*', 'metrics:*', 'keys:read:*', 'files*', 'files:*:read'])(
  'nobody can grant %j, and the answer says why',
  async (scope) => {
    const params = { path: { keyId: (await mint()).id }, query: { accountId: ada.accountId } };
    for (const { error } of [
      await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes: ['a', scope] } }),
      await service.operator.PATCH('/v1/keys/{keyId}', { params, body: { scopes: ['a', scope] } }),
    ])
      expect(error).toMatchObject({
        status: 422,
        errors: [{ detail: whyNotGrantable(scope), pointer: '#/scopes/1' }],
      });
  },
);

/**
 * Changes a key on behalf of one with `files:*`, while somebody else changes its scopes: to the first of these after they
 * were read, and to the next whenever a statement found nothing.
 */
async function changeMeanwhile(meanwhile: string[][], scopes = ['files:read']) {
  const { id } = await mint({ scopes });
  const params = { path: { keyId: id } };
  const left = [...meanwhile];
  const db = service.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (left.length === meanwhile.length || result.rows.length === 0) {
        const next = left.shift();
        if (next) expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { scopes: next } }));
      }
      return result;
    },
  });
  const change = { name: 'New', within: new Set(['files:*']) };
  const act = withoutRequest('operator', service.context.now());
  return changeKey(
    { ...service.context, db },
    { accountId: ada.accountId.slice(4), id: id.slice(4) },
    change,
    act,
  );
}

test('a key is not changed if it gets scopes meanwhile that the calling key lacks', async () => {
  await expect(changeMeanwhile([['files:read', 'orders:read']])).rejects.toThrow(InsufficientScope);
});

test.each([
  { meanwhile: [['files:write']] },
  { scopes: ['files:a', 'files:b'], meanwhile: [['files:a,files:b']] },
  { meanwhile: [['files:write'], ['files:read']] },
])('a key is changed although its scopes change meanwhile: %j', async ({ scopes, meanwhile }) => {
  expect(await changeMeanwhile(meanwhile, scopes)).toMatchObject({ name: 'New', scopes: meanwhile.at(-1) });
});

test('a key cannot change or re-enable a key that has scopes it lacks', async () => {
  const weak = service.as((await mint({ scopes: ['keys:write'] })).token);
  const strong = await mint({ scopes: ['files:admin'], expiresIn: '1d' });
  const params = { path: { keyId: strong.id } };
  const off = expectData(await ada.client.PATCH('/v1/keys/{keyId}', { params, body: { disabled: true } }));
  for (const body of [
    { disabled: false },
    { expiresAt: null },
    { metadata: { plan: 'pro' } },
    { scopes: [] },
    {},
  ]) {
    const { error } = await weak.PATCH('/v1/keys/{keyId}', { params, body });
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
  }
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', { params }))).toEqual(off);
  expect((await weak.DELETE('/v1/keys/{keyId}', { params })).response.status).toBe(204);
});

test('the operator acts for the account it names, and must name one', async () => {
  const query = { accountId: ada.accountId };
  const key = expectData(
    await service.operator.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }),
  );
  expect(key.accountId).toBe(ada.accountId);
  const path = { keyId: key.id };
  expect((await service.operator.GET('/v1/keys/{keyId}', { params: { path, query } })).response.status).toBe(
    200,
  );

  const nobody = await service.operator.GET('/v1/keys/{keyId}', { params: { path } });
  expect(nobody.error).toMatchObject({ status: 422, code: 'account_required' });
  const wrong = { accountId: bob.accountId };
  const other = await service.operator.DELETE('/v1/keys/{keyId}', { params: { path, query: wrong } });
  expect(other.error).toMatchObject({ status: 404, code: 'key_not_found' });
  const unknown = { accountId: 'acc_0123456789abcdef01234567' };
  const gone = await service.operator.POST('/v1/keys', { params: { query: unknown }, body: { name: 'Key' } });
  expect(gone.error).toMatchObject({ status: 404, code: 'account_not_found' });
});

test('an event names the key, or the operator, that wrote', async () => {
  const writer = await mint({ scopes: ['keys:write'] });
  const query = { accountId: ada.accountId };
  for (const [client, actor] of [
    [service.as(writer.token), writer.id],
    [service.operator, 'operator'],
  ] as const) {
    const { id } = expectData(await client.POST('/v1/keys', { params: { query }, body: { name: 'Key' } }));
    const rows = await service.db
      .selectFrom('events')
      .select('actor')
      .where('key_id', '=', id.slice(4))
      .execute();
    expect(rows).toEqual([{ actor }]);
  }
});
