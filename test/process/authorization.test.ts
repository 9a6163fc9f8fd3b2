import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLatchkey } from '../../clients/typescript/client.ts';
import { newAccount } from '../../scripts/support/client.ts';
import { type Runtime, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { newToken } from '../../server/token.ts';
import { exchange, message, statusesOf } from '../support/raw-http.ts';
import { seed } from '../support/seed.ts';

/** What gateways ask, as it stands on the wire, on each runtime. */

const operatorToken = newToken('lko_');
const gateway = `Latchkey-Authorization: Bearer ${operatorToken}\r\n`;
const runtimes: Runtime[] = ['node', 'bun', 'deno'];

describe.each(runtimes)('on %s', (runtime) => {
  let service: ServiceProcess;
  let client: string;

  beforeAll(async () => {
    service = await startProcess({ runtime, seed, env: { OPERATOR_TOKEN: operatorToken } });
    const accountId = await newAccount({ url: service.url, token: operatorToken });
    const latchkey = createLatchkey({ baseUrl: service.url, token: operatorToken });
    const key = await latchkey.keys.create({ name: 'Key' }, { query: { accountId } });
    client = `Authorization: Bearer ${key.token}\r\n`;
  });
  afterAll(() => service.stop());

  const statusOf = async (line: string, headers: string, body = '') => {
    const [status] = statusesOf(await exchange(service, message(line, headers, body)));
    return status;
  };

  test('a request may pass', async () => {
    const answer = await exchange(service, message('GET /v1/authorize', gateway + client));
    expect(statusesOf(answer)).toEqual([200]);
    expect(answer).toMatch(/^latchkey-key: key_/im);
    expect(answer).toMatch(/^content-length: 0\r$/im);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });

  test('a method may be one that only the backend knows, and a body is not read', async () => {
    expect(await statusOf('PROPFIND /v1/authorize/-/files', gateway + client)).toBe(200);
    const request = message('POST /v1/authorize', gateway + client, 'a'.repeat(200_000));
    expect(statusesOf(await exchange(service, request))).toEqual([200]);
  });

  test.each(['../../../livez', '%2e%2e/.%2E/../docs', '../../keys/current', '..\\..\\..\\livez'])(
    'dots in the path of its client lead to no other operation: %s',
    async (path) => {
      for (const base of ['/v1/authorize', '/v1/authorize/-', '/v1/authorize/scope=a']) {
        const answer = await exchange(service, message(`GET ${base}/${path}`, gateway + client));
        // Read as it was sent, a path stays below. On Bun nobody can read it so.
        const stays = base.endsWith('-') && runtime !== 'bun';
        const [status] = statusesOf(answer);
        expect(stays ? [200, 400] : [400, 403, 422], base).toContain(status);
        expect(/^latchkey-key: /im.test(answer)).toBe(status === 200);
      }
    },
  );

  test.skipIf(runtime === 'bun')(
    'nor do they where something on the way has removed the key of the gateway',
    async () => {
      for (const origin of ['', 'http://keys.example.com'])
        expect(await statusOf(`GET ${origin}/v1/authorize/-/../../../livez`, client)).toBe(401);
    },
  );

  const toNothingRequired = ['../-/', 'a/../../-/', 'a/%2e%2e/.%2E/-/', '../../authorize', '..\\-\\'];

  test.skipIf(runtime === 'bun').each(toNothingRequired)(
    'dots in the path of its client do not change what the path requires: %s',
    async (path) => {
      // A proxy in between may ask for the whole URL (RFC 9112, section 3.2.2).
      for (const origin of ['', 'http://keys.example.com']) {
        const line = `GET ${origin}/v1/authorize/scope=orders:read/${path}`;
        expect([400, 403], line).toContain(await statusOf(line, gateway + client));
      }
    },
  );

  test('the requirements in the path count; if dots could change them, every request is refused', async () => {
    const line = 'GET /v1/authorize/cost=1/files';
    expect(await statusOf(line, gateway + client)).toBe(runtime === 'bun' ? 422 : 200);
  });

  test.each(toNothingRequired)('nor what a header requires: %s', async (path) => {
    const required = 'Latchkey-Require-Scope: orders:read\r\n';
    const status = await statusOf(`GET /v1/authorize/-/${path}`, gateway + client + required);
    expect([400, 403, 422]).toContain(status);
  });

  test.each([
    ['the gateway twice', () => gateway + gateway + client],
    ['another gateway before', () => `Latchkey-Authorization: Bearer a\r\n${gateway}${client}`],
    ['another gateway behind', () => `${gateway}Latchkey-Authorization: Bearer a\r\n${client}`],
    ['the key of its client twice', () => gateway + client + client],
    ['another key before', () => `${gateway}Authorization: Bearer a\r\n${client}`],
    ['another credential before', () => `${gateway}Authorization: Basic dTpw\r\n${client}`],
    ['another key in X-API-Key', () => `${gateway + client}X-API-Key: a\r\n`],
    ['X-API-Key twice', () => `${gateway}X-API-Key: a\r\nX-API-Key: a\r\n`],
  ])('%s is refused', async (_, headers) => {
    expect(await statusOf('GET /v1/authorize', headers())).toBe(401);
  });
});
