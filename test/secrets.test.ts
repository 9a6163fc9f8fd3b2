import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { createSigner, newSigningKeys } from '../server/jwt/signing.ts';
import { newToken } from '../server/token.ts';
import { calls, requestAs } from './support/documented-calls.ts';
import { password, startService, type TestService } from './support/harness.ts';
import { dump } from './support/leaks.ts';
import { everybody, newWorld } from './support/world.ts';

/** Where secrets stand in requests and answers; and what looks like one, wherever it stands. */
const secretFields = /"(?:\w*[tT]oken|api_key|\w*[pP]assword)":"((?:[^"\\]|\\.)+)"/g;
const secretShapes = /\b[a-z]+_[0-9A-Za-z]{38}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]{43,}/g;

const secretsIn = (text: string): string[] => [
  ...Array.from(text.matchAll(secretFields), ([, secret]) => JSON.parse(`"${secret}"`)),
  ...(text.match(secretShapes) ?? []),
];

interface Answer {
  what: string;
  status: number;
  text: string;
}

let service: TestService;
let app: ReturnType<typeof createApp>;
let logged: string;
let dumped: string;
const answers: Answer[] = [];
const secrets = new Set<string>();

/** Sends a request, and keeps what was answered and which secrets passed, whichever way. */
async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const request = new Request(`http://latchkey.test${path}`, init);
  // Not through the checks of the harness: answers to what is broken below are no documented ones.
  const response = await app.fetch(request);
  const text = `${JSON.stringify([...response.headers])} ${await response.text()}`;
  const sent = `${path} ${JSON.stringify([...request.headers])} ${init.body ?? ''}`;
  for (const secret of [...secretsIn(sent), ...secretsIn(text)]) secrets.add(secret);
  const answer = { what: `${init.method ?? 'GET'} ${path}`, status: response.status, text };
  answers.push(answer);
  return answer;
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST') =>
  send(path, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

function part({ what, text }: Answer, name: string): string {
  const [, value] = new RegExp(`"${name}":"([^"]+)"`).exec(text) ?? [];
  if (value === undefined) throw new Error(`${what} answered without ${name}: ${text}`);
  return value;
}

/** Every operation, by callers who are let in and callers who are not. */
async function everyCall(): Promise<void> {
  const callers = everybody.filter(({ title }) =>
    /^the .*(session|operator|JWT)|every scope|expired session/.test(title),
  );
  for (const call of calls.filter(({ names }) => names !== 'other'))
    for (const who of callers) {
      const world = await newWorld(service);
      for (const secret of [world.thing.token, world.owner.refreshToken, world.other.refreshToken])
        secrets.add(secret);
      const { path, init } = await requestAs(who, call, world);
      await send(path, init);
    }
}

/** The life of an account, with its mistakes: secrets in the wrong places. */
async function aLife(): Promise<void> {
  const email = 'secretive@example.com';
  const first = 'Gehe1m! pässwörd "1"';
  const next = 'Gehe1m! pässwörd "2"';
  await post('/v1/accounts', { email, password: first });
  await post('/v1/accounts', { email, password: first });
  await post('/v1/accounts', { email, password: first.slice(0, 7) });
  await post('/v1/sessions', { email, password: 'Gehe1m! wrong password' });
  const session = await post('/v1/sessions', { email, password: first });
  const refreshToken = part(session, 'refreshToken');
  const refreshed = await post('/v1/sessions/refresh', { refreshToken });
  await post('/v1/sessions/refresh', { refreshToken: `${refreshToken}x` });
  const bearer = { Authorization: `Bearer ${part(refreshed, 'accessToken')}` };
  const change = { currentPassword: first, newPassword: next };
  await post('/v1/account/password', { ...change, currentPassword: next }, bearer, 'PUT');
  await post('/v1/account/password', change, bearer, 'PUT');

  const token = part(await post('/v1/keys', { name: 'Key', scopes: ['keys:read'] }, bearer), 'token');
  await post('/api/settings/api', { name: 'Key' }, bearer);
  const jwt = part(await post('/apikey', { label: 'Key', expires: 'One Day' }, bearer), 'api_key');
  const id = part(await send('/v1/keys', { headers: bearer }), 'id');
  await post(`/v1/keys/${id}`, { name: 'Other', metadata: { plan: 'pro' }, disabled: true }, bearer, 'PATCH');
  await post('/v1/keys/verify', { token: jwt, scopes: ['x'] }, bearer);

  for (const secret of [token, jwt, refreshToken]) {
    for (const base of ['/v1/keys', '/api/settings/api', '/apikey', '/api/apikey', '/v1/nothing', '']) {
      await send(`${base}/${secret}`, { headers: bearer });
      await send(`${base}/x/${secret}/y`, { headers: bearer });
      await send(`${base}?token=${secret}&search=${secret}&name=${secret}`, { headers: bearer });
      await send(`${base}/${secret}`, { method: 'PUT', headers: bearer });
    }
    await send('/v1/account', { headers: { Authorization: secret } });
    await send('/v1/account', { headers: { Authorization: `Bearer ${secret} ${secret}` } });
    await send('/v1/account', { headers: { Authorization: `Bearer ${secret.slice(0, -1)}` } });
    await post('/v1/sessions/refresh', { refreshToken: [secret] });
    await post('/v1/sessions/refresh', `{"refreshToken":"${secret}`);
    await post('/v1/keys/verify', { token: secret, scopes: [`${secret} ${secret}`] }, bearer);
    await post('/v1/keys/verify', { token: { secret } }, bearer);
    await post('/v1/keys/verify', secret, { ...bearer, 'Content-Type': 'text/plain' });
    await post('/v1/keys', { name: 'Key', expiresAt: secret, metadata: { secret: [secret] } }, bearer);
    await post('/api/settings/api', { name: [secret] }, bearer);
    await post('/apikey', { label: [secret], expires: secret }, bearer);
    for (const path of ['/oauth2/introspect', '/oauth2/revoke']) await misplaced(path, secret, bearer);
  }
  await post('/v1/sessions', `{"email":"${email}","password":"${'Gehe1m! malformed'}"`);
  await post('/v1/sessions', { email: next, password: next, nonsense: next });
  await post('/v1/sessions', { email, password: [next] });
  await post('/v1/sessions', { email, password: next }, { 'Content-Type': 'text/plain' });
  await post('/v1/sessions', { email, password: next.repeat(10_000) });
  const basic = Buffer.from(`${email}:${next}`).toString('base64');
  await send('/v1/account', { headers: { Authorization: `Basic ${basic}` } });
  // Too late to be a repetition, which gets the same refresh token again.
  service.pass(30_000);
  await post('/v1/sessions/refresh', { refreshToken });
}

/** Sends forms with a secret where it does not belong. */
async function misplaced(path: string, secret: string, bearer: Record<string, string>): Promise<void> {
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const twice = form({ token: 'x', client_id: secret, client_secret: secret }, basic(`x:${secret}`));
  await send(path, twice);
  await send(path, { ...twice, body: `${twice.body}&client_secret=${secret}` });
  await send(path, form({ token: 'x', client_id: secret, client_secret: secret }));
  await send(path, form({ token: 'x' }, basic(`${secret}:${secret}`)));
  await send(path, form({ token: 'x' }, basic(secret)));
  await send(path, form({ token: 'x', token_type_hint: secret, [secret]: secret }, bearer));
  await send(`${path}?token=${secret}`, form({ tokens: secret }, bearer));
  await send(path, { ...form({}, bearer), body: `token=${secret}%ff` });
}

const breaks = [
  { table: 'tokens', column: 'start' },
  { table: 'accounts', column: 'password_hash' },
  { table: 'refresh_tokens', column: 'used_at' },
];

const renameColumn = (table: string, from: string, to: string) =>
  sql`alter table ${sql.table(table)} rename column ${sql.ref(from)} to ${sql.ref(to)}`.execute(service.db);

/** Columns are missing: what is said and logged of errors that nobody foresaw. */
async function aBrokenDatabase(): Promise<void> {
  const world = await newWorld(service);
  const requests = [];
  for (const who of everybody.filter(({ title }) => /^the .*(session|operator)|nobody/.test(title)))
    for (const call of calls.filter(({ method }) => method !== 'DELETE'))
      requests.push(await requestAs(who, call, world));

  const before = answers.length;
  for (const { table, column } of breaks) await renameColumn(table, column, 'broken');
  for (const { path, init } of requests) await send(path, init);
  for (const { table, column } of breaks) await renameColumn(table, 'broken', column);
  expect(answers.slice(before).filter(({ status }) => status === 500).length).toBeGreaterThan(10);
}

beforeAll(async () => {
  const set = await newSigningKeys();
  const signer = await createSigner(set, { issuer: 'http://latchkey.test', siteName: 'Share' });
  service = await startService({ signer, logLevel: 'trace' });
  app = createApp(service.context);
  for (const { d = '' } of set.keys) secrets.add(d);
  for (const secret of [service.operatorToken, password]) secrets.add(secret);

  await everyCall();
  await aLife();
  await aBrokenDatabase();
  await service.context.usage.flush();
  dumped = await dump(service.db);
  logged = service.logs.join('');
});

/** What base64 makes of a secret that stands anywhere in something longer: whole groups only. */
const base64Within = (bytes: Buffer) =>
  [0, 1, 2].map((shift) => {
    const from = (3 - shift) % 3;
    const whole = bytes.subarray(from, from + Math.floor((bytes.length - from) / 3) * 3);
    return whole.toString('base64');
  });

/** A secret in the spellings that a log, an error or a table may give it. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = base64Within(bytes);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** Pieces of a token's secret part: any long enough piece of it holds one of them. */
function pieces(secret: string): string[] {
  const [, random = ''] = /^[a-z]+_([0-9A-Za-z]{32})[0-9A-Za-z]{6}$/.exec(secret) ?? [];
  const [, signature = ''] = /^eyJ[\w-]+\.[\w-]+\.([\w-]+)$/.exec(secret) ?? [];
  return [...(random.match(/.{8}/g) ?? []), ...(signature.match(/.{12}/g) ?? [])];
}

/** No spelling or piece of a secret is shorter. */
const windowLength = 4;

/**
 * Which secrets occur in a text, in whatever spelling or in part. The text is read once: at each place, the characters
 * that stand there tell which spellings can begin.
 */
function foundIn(text: string): string[] {
  const beginnings = new Map<string, [spelling: string, secret: string][]>();
  for (const secret of secrets)
    for (const spelling of [...spellings(secret), ...pieces(secret)]) {
      if (spelling.length < windowLength) throw new Error('A spelling is too short to be searched for.');
      const beginning = spelling.slice(0, windowLength);
      beginnings.set(beginning, [...(beginnings.get(beginning) ?? []), [spelling, secret]]);
    }
  const found = new Set<string>();
  for (let at = 0; at <= text.length - windowLength; at += 1)
    for (const [spelling, secret] of beginnings.get(text.slice(at, at + windowLength)) ?? [])
      if (text.startsWith(spelling, at)) found.add(secret);
  return [...secrets].filter((secret) => found.has(secret));
}

test('the search finds a secret in every spelling, and in part', () => {
  const secret = newToken('lk_');
  secrets.add(secret);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  for (const leak of [
    secret,
    Buffer.from(secret).toString('hex'),
    base64(secret),
    base64(`a:${secret}`),
    base64(`ab:${secret}`),
    base64(`abc:${secret}:d`),
    secret.slice(0, 11),
    secret.slice(9, 26),
  ])
    expect(foundIn(`before ${leak} after`), leak).toEqual([secret]);
  expect(foundIn(`lk_${secret.slice(3, 7)}`)).toEqual([]);
  secrets.delete(secret);
});

test('no secret is in the database', () => {
  expect(secrets.size).toBeGreaterThan(500);
  expect(dumped.length).toBeGreaterThan(100_000);
  expect(foundIn(dumped)).toEqual([]);
});

test('no secret is in the logs, at their most verbose', () => {
  expect(service.logs.length).toBeGreaterThan(500);
  expect(logged).toContain('unexpected error');
  expect(foundIn(logged)).toEqual([]);
});

test('no secret is in an error', () => {
  const refused = answers.filter(({ status }) => status >= 400);
  expect(new Set(refused.map(({ status }) => status)).size).toBeGreaterThan(7);
  expect(foundIn(refused.map(({ text }) => text).join('\n'))).toEqual([]);
});

test('a token that cannot be sent is not in the error of the client', async () => {
  const refused = service.as('lk_secret\nlk_secret').GET('/v1/account');
  await expect(refused).rejects.toThrow(
    /^The token has a character that no token has, such as a line break\.$/,
  );
});

test('a secret is in the one answer that issues it, and in no other', () => {
  const succeeded = answers.filter(({ status }) => status < 400);
  const twice = [...secrets].filter(
    (secret) => succeeded.filter(({ text }) => text.includes(secret)).length > 1,
  );
  expect(twice).toEqual([]);
});

test('events tell what was changed, and of tokens that ended their start and last use, and nothing else', async () => {
  const { rows } = await sql<{ fact: string }>`
    select distinct jsonb_object_keys(data) as fact from events`.execute(service.db);
  const ofKeys = [
    'name',
    'scopes',
    'roles',
    'metadata',
    'expiresAt',
    'disabled',
    'url',
    'source',
    'reason',
    'createdAt',
  ];
  const facts = [...ofKeys, 'roleId', 'description', 'externalId', 'policy', 'limits', 'quota', 'add'];
  expect(rows.length).toBeGreaterThan(0);
  for (const { fact } of rows) expect([...facts, 'sessionId', 'tokens']).toContain(fact);
  const ended = await sql<{ fact: string }>`
    select distinct jsonb_object_keys(jsonb_array_elements(data->'tokens')) as fact from events order by fact`.execute(
    service.db,
  );
  expect(ended.rows.map(({ fact }) => fact)).toEqual([
    ...['lastUsedAt', 'lastUsedIp', 'lastUsedUserAgent', 'start'],
  ]);
});
