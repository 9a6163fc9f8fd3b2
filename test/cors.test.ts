import { beforeAll, expect, test } from 'vitest';
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
