import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { expectData, type SignedIn, startService, type TestService } from './support/harness.ts';

/** The examples of the two founding pages, as they are printed there: what is asked, and what is answered. */
const page = (name: string) => readFileSync(join(import.meta.dirname, 'pages', name), 'utf8');

let service: TestService;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  ada = await service.signIn();
});

/** What differs from one deployment, account and key to the next, by how it looks. */
const kinds = [
  /^[0-9a-f]{24}$/,
  /^[0-9a-f]{128}$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/,
  /^[1-9]\d*$/,
  /^1[67]\d{8}$/,
  /^https?:\/\/[^/]+\/api\/settings\/api\/[1-9]\d*$/,
];

/**
 * An answer with the page's own values put in wherever both look the same. If it is what the page prints, it then is
 * the page's text, down to the order of its fields.
 */
function asPrinted(answer: unknown, printed: unknown): unknown {
  if (Array.isArray(answer) && Array.isArray(printed))
    return answer.map((item, index) => asPrinted(item, printed[index]));
  if (typeof answer === 'object' && answer && typeof printed === 'object' && printed)
    return Object.fromEntries(
      Object.entries(answer).map(([key, value]) => [
        key,
        asPrinted(value, (printed as Record<string, unknown>)[key]),
      ]),
    );
  const alike =
    typeof answer === typeof printed &&
    kinds.some((kind) => kind.test(String(answer)) && kind.test(String(printed)));
  return alike ? printed : answer;
}

const expectAsPrinted = (answer: string, printed: string) =>
  expect(JSON.stringify(asPrinted(JSON.parse(answer), JSON.parse(printed)))).toBe(
    JSON.stringify(JSON.parse(printed)),
  );

/** A `curl` line of the page as a request to us: its host and its token are replaced, and a placeholder for an id. */
function requestOf(
  curl: string,
  { token, id }: { token: string; id: string },
): [path: string, init: RequestInit] {
  const [, method = '', url = ''] = /--request (\w+) '([^']+)'/.exec(curl) ?? [];
  const headers = Array.from(
    curl.matchAll(/--header '([^:]+): ([^']+)'/g),
    ([, name = '', value = '']): [string, string] => [name, value.replace(/eyJ\S+/, token)],
  );
  const fields = Array.from(
    curl.matchAll(/--data-urlencode '([^=]+)=([^']+)'/g),
    ([, name = '', value = '']) => [name, value],
  );
  return [
    new URL(url.replace(':apikey_id', id)).pathname,
    { method, headers, ...(fields.length > 0 && { body: new URLSearchParams(fields).toString() }) },
  ];
}

test('the five curl lines of the share page answer as the page prints', async () => {
  const examples = page('share.txt')
    .trim()
    .split(/\n\n(?=curl)/);
  expect(examples).toHaveLength(5);

  // The account of the page's list: one key that never expires and one that does.
  const first = await service.fetch('/api/apikey', {
    method: 'POST',
    headers: { Authorization: `Bearer ${ada.accessToken}` },
    body: new URLSearchParams({ label: 'Test 1234', expires: 'Never' }),
  });
  expect(first.status).toBe(201);
  await service.fetch('/api/apikey', {
    method: 'POST',
    headers: { Authorization: `Bearer ${ada.accessToken}` },
    body: new URLSearchParams({ label: 'Test 123', expires: 'One Year' }),
  });
  const id =
    expectData(await ada.client.GET('/v1/keys'))
      .data.at(-1)
      ?.id.slice(4) ?? '';

  for (const example of examples) {
    const [curl = '', printed = ''] = example.split(/\n\n/);
    const [path, init] = requestOf(curl, { token: ada.accessToken, id });
    const response = await service.fetch(path, init);
    expect(response.ok, `${init.method} ${path}`).toBe(true);
    expectAsPrinted(await response.text(), printed);
  }
});

test('list and get answer as the journal page prints, and create with the token it is said to show', async () => {
  const grace = await service.signIn();
  const { pathname } = new URL(JSON.parse(page('journal.json')).data[0].links.self);
  const list = pathname.replace(/\/1$/, '');
  const call = (path: string, method = 'GET') =>
    service.fetch(path, { method, headers: { Authorization: `Bearer ${grace.accessToken}` } });

  const created = await (await call(`${list}?name=Mobile%20app`, 'POST')).json();
  const { token } = created.data[0].attributes;
  expect(token).toMatch(/^lk_/);
  created.data[0].attributes.token = null;
  expectAsPrinted(JSON.stringify(created), page('journal.json'));
  expectAsPrinted(await (await call(list)).text(), page('journal.json'));
  expectAsPrinted(await (await call(`${list}/${created.data[0].id}`)).text(), page('journal.json'));

  const deleted = await call(`${list}/${created.data[0].id}`, 'DELETE');
  expect([deleted.status, await deleted.text()]).toEqual([204, '']);
});
