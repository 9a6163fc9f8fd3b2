import { beforeAll, expect, test } from 'vitest';
import { contractNames } from '../decide/contracts.ts';
import { documentOf } from '../scripts/support/document.ts';
import { isForGateways, operationsOf } from '../scripts/support/operations.ts';
import { createApp } from '../server/app.ts';
import { clientIp, startService, type TestService } from './support/harness.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const listed = ['https://app.example.com', 'http://localhost:5173'];
const others = [
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'https://example.com',
  'null',
];
const requests = [
  ['GET', '/v1/keys'],
  ['GET', '/openapi.json'],
  ['GET', '/nowhere'],
  ['POST', '/v1/sessions'],
  // These have a fast path, for callers that are no browser.
  ['POST', '/v1/keys'],
  ['POST', '/v1/keys/verify'],
] as const;

/** The headers of an answer that tell a browser who may read it. */
async function told(origins: string[], method: string, path: string, headers: Record<string, string>) {
  const app = createApp({ ...service.context, corsOrigins: origins });
  const body = method === 'POST' ? '{}' : undefined;
  const init = {
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json', 'Content-Length': '2' }) },
    ...(body && { body }),
  };
  const request = new Request(`http://latchkey.test${path}`, init);
  const response = await app.fetch(request, { ip: () => clientIp });
  return {
    origin: response.headers.get('access-control-allow-origin'),
    credentials: response.headers.get('access-control-allow-credentials'),
    varies: response.headers.get('vary')?.includes('Origin') ?? false,
    status: response.status,
  };
}
const preflight = { 'Access-Control-Request-Method': 'POST' };

test.each(requests)('%s %s is for the listed origins only, also refused', async (method, path) => {
  for (const origin of listed) {
    const allowed = { origin, credentials: null, varies: true };
    expect(await told(listed, method, path, { Origin: origin }), origin).toMatchObject(allowed);
    expect(await told(listed, 'OPTIONS', path, { Origin: origin, ...preflight }), origin).toMatchObject({
      ...allowed,
      status: 204,
    });
  }
  for (const origin of others)
    for (const [as, headers] of [
      [method, { Origin: origin }],
      ['OPTIONS', { Origin: origin, ...preflight }],
    ] as const)
      expect(await told(listed, as, path, headers), `${as} ${origin}`).toMatchObject({
        origin: null,
        credentials: null,
      });
});

test('by default any origin may call, without cookies', async () => {
  const [origin = ''] = others;
  for (const [method, path] of requests)
    for (const [as, headers] of [
      [method, { Origin: origin }],
      ['OPTIONS', { Origin: origin, ...preflight }],
    ] as const)
      expect(await told(['*'], as, path, headers), `${as} ${path}`).toMatchObject({
        origin: '*',
        credentials: null,
      });
});

/** The headers of the contracts, by where they stand, without those that gateways and GitHub send. */
function documentedHeaders() {
  const requested = new Set<string>();
  const answered = new Set<string>();
  const operations = contractNames.flatMap((name) => operationsOf(documentOf(name)));
  for (const { operation } of operations.filter(({ operation }) => !isForGateways(operation))) {
    for (const one of (operation.parameters ?? []) as { in: string; name: string }[])
      if (one.in === 'header' && !one.name.startsWith('Github-')) requested.add(one.name.toLowerCase());
    for (const { headers } of Object.values(operation.responses ?? {}) as { headers?: object }[])
      for (const name of Object.keys(headers ?? {})) answered.add(name.toLowerCase());
  }
  return { requested, answered };
}

test('a script of another origin can send and read every header that a contract names', async () => {
  const { requested, answered } = documentedHeaders();
  const namesIn = async (name: string, init: RequestInit) => {
    const headers = { ...init.headers, Origin: 'https://app.example.com' };
    const response = await service.fetch('/.well-known/jwks.json', { ...init, headers });
    return (response.headers.get(name) ?? '').toLowerCase().split(/ *, */);
  };
  const allowed = await namesIn('access-control-allow-headers', { method: 'OPTIONS', headers: preflight });
  expect(allowed).toEqual(expect.arrayContaining([...requested, 'authorization', 'if-none-match']));
  const exposed = await namesIn('access-control-expose-headers', {});
  expect(exposed).toEqual(expect.arrayContaining([...answered, 'x-request-id']));
});
