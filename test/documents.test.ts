import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { type ContractName, contractNames } from '../decide/contracts.ts';
import { documentOf } from '../scripts/support/document.ts';
import { operationsOf } from '../scripts/support/operations.ts';
import { createApp } from '../server/app.ts';
import { startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const textOf = async (path: string) => (await service.fetch(path)).text();

/** Each part of a page under a heading of this level, by that heading. */
const partsOf = (page: string, level: string) =>
  new Map(
    page.split(new RegExp(`^${level} `, 'm')).map((part) => {
      const [heading = ''] = part.split('\n', 1);
      return [heading, part];
    }),
  );

test.each(contractNames)(
  'the Markdown of %s has every operation, parameter, status, schema and field',
  async (name) => {
    const document = documentOf(name);
    const page = await readFile(new URL(`../spec/${name}.md`, import.meta.url), 'utf8');
    const parts = partsOf(page, '###');
    for (const { method, path, operation } of operationsOf(document)) {
      const part = parts.get(operation.summary ?? '') ?? '';
      expect(part).toContain(`\`${method.toUpperCase()} ${path}\``);
      expect(part).toContain(operation.description);
      const statuses = Object.keys(operation.responses ?? {});
      const parameters = (operation.parameters ?? []).map((one) => ('name' in one ? one.name : ''));
      for (const status of statuses) expect(part).toMatch(new RegExp(`^- .*\\b${status}\\b`, 'm'));
      for (const parameter of parameters) expect(part).toContain(`\`${parameter}\``);
    }
    for (const [schema, { properties = {} }] of Object.entries(
      (document.components?.schemas ?? {}) as Record<string, { properties?: object }>,
    ))
      for (const field of Object.keys(properties))
        expect(parts.get(`Schema ${schema}`), schema).toContain(`- \`${field}\`, `);
  },
);

test('it says who may call, and what many operations have in common only once', async () => {
  const page = await textOf('/openapi.md');
  const create = partsOf(page, '###').get('Create a key');
  expect(create).toContain(
    'Callers: an access token; an API key with `keys:write`; the operator token; an API key in the operator’s own account with `operator:keys`.',
  );
  expect(create).toContain('- `accountId`, `externalId`, `Latchkey-Actor`: [as usual](#common-parameters)');
  expect(partsOf(page, '###').get('Create an account')).toContain('anyone');
  expect(page.match(/: The credential is missing, invalid or expired\./g)).toHaveLength(1);
});

test('llms.txt leads to each document, as Markdown and as JSON, at the public URL', async () => {
  const listed = await textOf('/llms.txt');
  expect(listed).toMatch(/^# Latchkey\n\n> /);
  const links = Array.from(listed.matchAll(/\]\((.*?)\)/g), ([, link = '']) => new URL(link));
  expect(links).toHaveLength(2 * contractNames.length + 1);
  for (const { origin, pathname } of links) {
    expect(origin).toBe('http://latchkey.test');
    const response = await service.fetch(pathname);
    expect(response.status, pathname).toBe(200);
    expect(response.headers.get('content-type')).toBe(
      pathname.endsWith('.md') ? 'text/markdown; charset=utf-8' : 'application/json',
    );
    expect(await response.text(), pathname).not.toContain('127.0.0.1');
  }
});

test('the API catalog (RFC 9727) links to what is there, and tells who asks by HEAD', async () => {
  const response = await service.fetch('/.well-known/api-catalog', { method: 'HEAD' });
  expect(response.headers.get('content-type')).toMatch(/^application\/linkset\+json; profile=/);
  expect(response.headers.get('link')).toContain('rel="api-catalog"');
  const { linkset } = JSON.parse(await textOf('/.well-known/api-catalog'));
  const { anchor, ...relations } = linkset[0];
  expect(anchor).toBe('http://latchkey.test');
  expect(Object.keys(relations)).toEqual(['service-desc', 'service-doc', 'status']);
  for (const { href, type } of Object.values<{ href: string; type: string }[]>(relations).flat()) {
    const linked = await service.fetch(new URL(href).pathname);
    expect(linked.status, href).toBe(200);
    expect(linked.headers.get('content-type')?.toLowerCase(), href).toContain(type);
  }
});

test('the docs page names its other forms, and sends whoever asks for Markdown to it', async () => {
  const page = await service.fetch('/docs', { headers: { Accept: 'text/html' } });
  expect(page.headers.get('link')).toContain('<openapi.md>; rel="alternate"; type="text/markdown"');
  expect(page.headers.get('vary')).toContain('Accept');
  const response = await service.fetch('/docs', { headers: { Accept: 'text/markdown, text/html, */*' } });
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('openapi.md');
});

test('the docs page lets only its own scripts run, by a nonce that no two pages share', async () => {
  const load = async () => {
    const response = await service.fetch('/docs', { headers: { Accept: 'text/html' } });
    const policy = new Map(
      response.headers
        .get('content-security-policy')
        ?.split('; ')
        .map((directive) => [directive.split(' ')[0], directive]),
    );
    const page = await response.text();
    return { policy, scripts: page.match(/<script\b[^>]*>/g), handlers: page.match(/<[^>]*\son\w+=/g) };
  };
  const nonces = new Set();
  for (let page = 0; page < 2; page += 1) {
    const { policy, scripts, handlers } = await load();
    expect(policy.get('default-src')).toBe("default-src 'none'");
    expect(policy.get('base-uri')).toBe("base-uri 'none'");
    const [, nonce] = /^script-src 'nonce-([\w+/=]{24})'$/.exec(policy.get('script-src') ?? '') ?? [];
    nonces.add(nonce);
    expect(scripts).toHaveLength(2);
    for (const script of scripts ?? []) expect(script).toContain(` nonce="${nonce}"`);
    expect(handlers).toBeNull();
  }
  expect(nonces.size).toBe(2);
});

test.each([
  ['/', '/docs'],
  ['/docs/', '/docs'],
  ['/docs', '/openapi.md'],
])('%s redirects to %s below the path of the public URL, where a proxy strips it', async (from, to) => {
  const response = await service.fetch(from, { headers: { Accept: 'text/markdown' } });
  const location = response.headers.get('location') ?? '';
  expect(new URL(location, `https://example.com/keys${from}`).pathname).toBe(`/keys${to}`);
});

test('a page of the docs has only GET and HEAD', async () => {
  const response = await service.fetch('/llms.txt', { method: 'POST' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
});

/** A path and a method of each contract, and its document. */
const parts = {
  latchkey: ['GET', '/v1/keys', '/openapi.json'],
  journal: ['GET', '/api/settings/api', '/openapi/journal.json'],
  share: ['GET', '/api/apikey', '/openapi/share.json'],
  oauth: ['POST', '/oauth2/introspect', '/openapi/oauth.json'],
} as const satisfies Record<ContractName, readonly string[]>;

test.each<[ContractName[]]>([[['latchkey']], [['latchkey', 'oauth']], [['latchkey', 'journal', 'share']]])(
  'a contract that is off is not served, and nothing leads to it, with %j on',
  async (contracts) => {
    const { fetch } = createApp({ ...service.context, contracts });
    const ask = async (path: string, method = 'GET') =>
      fetch(new Request(`http://latchkey.test${path}`, { method }), { ip: () => '192.0.2.1' });
    const nothing = async (path: string, method?: string) => {
      const response = await ask(path, method);
      expect([response.status, (await response.json()).code], path).toEqual([404, 'not_found']);
    };
    const leading = await Promise.all(
      ['/docs', '/llms.txt', '/.well-known/api-catalog'].map(async (path) => (await ask(path)).text()),
    );
    for (const name of contractNames) {
      const [method, path, document] = parts[name];
      const isOn = contracts.includes(name);
      for (const text of leading) expect(text.includes(document.slice(1)), document).toBe(isOn);
      if (isOn) {
        expect((await ask(path, method)).status, path).not.toBe(404);
        expect((await ask(document)).status, document).toBe(200);
      } else {
        await nothing(path, method);
        await nothing(document);
        await nothing(document.replace('json', 'md'));
      }
    }
    if (contracts.includes('oauth')) return;
    await nothing('/oauth2/token', 'POST');
    await nothing('/.well-known/oauth-authorization-server');
  },
);

test('of share that is off, the paths without /api are not served either', async () => {
  const { fetch } = createApp({ ...service.context, contracts: ['latchkey', 'oauth'] });
  const response = await fetch(new Request('http://latchkey.test/apikey'), { ip: () => '192.0.2.1' });
  expect((await response.json()).code).toBe('not_found');
});
