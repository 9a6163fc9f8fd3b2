import type { KyselyPlugin } from 'kysely';
import pino from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import type { ServiceContext } from '../server/context.ts';
import type { Database } from '../server/db/schema.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { KeyInserts } from '../server/keys/inserts.ts';
import { newToken } from '../server/token.ts';
import { clientIp, startService, type TestService } from './support/harness.ts';
import { type Asked, createPath, everySpelling, sent, verifyPath } from './support/ways.ts';
import { newWorld, type World } from './support/world.ts';

/** What fails on the fast path (server/http/fast-path.ts) is told as by the full app, and done once. */

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await startService({ logLevel: 'info' });
  world = await newWorld(service);
});

describe.each(everySpelling)('with %s', (_, headers) => {
  /** Asks a service that differs in this, whose log is its own. */
  async function ask(differences: Partial<ServiceContext>, asked: Asked) {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const app = createApp({ ...service.context, log, ...differences });
    const url = `http://latchkey.test${asked.path ?? verifyPath}`;
    const response = await app.fetch(new Request(url, sent(asked, headers)), { ip: () => clientIp });
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
    return { response, body: await response.json(), errors };
  }

  /** Keys that cannot be found. */
  function broken(fail: () => never | Promise<never>) {
    const find = () => {
      keys.asked += 1;
      return fail();
    };
    const keys = { asked: 0, find, refresh: find, holds: () => false };
    return keys;
  }

  /** A database that refuses every statement. */
  function brokenDatabase(error: Error) {
    const state = { asked: 0 };
    const plugin: KyselyPlugin = {
      transformQuery() {
        state.asked += 1;
        throw error;
      },
      transformResult: async ({ result }) => result,
    };
    return { state, db: service.db.withPlugin(plugin) as Database };
  }

  const outage = async () => {
    throw new DatabaseUnavailable(new Error('gone'));
  };

  test.each([
    ['of the caller', () => newToken('lk_')],
    ['that is verified', () => service.operatorToken],
  ])('an outage while the key %s is looked up is told, and it is not asked again', async (_, tokenOf) => {
    const keys = broken(outage);
    const asked = { token: tokenOf(), body: { token: newToken('lk_') } };
    const { response, body, errors } = await ask({ keys }, asked);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      code: 'database_unavailable',
      requestId: response.headers.get('x-request-id'),
    });
    expect(keys.asked).toBe(1);
    expect(errors).toEqual([]);
  });

  test('an outage while a session is looked up is told, and it is not asked again', async () => {
    const { db, state } = brokenDatabase(new DatabaseUnavailable());
    const token = await service.context.signer.signAccess(world.owner.session, service.context.now());
    const { response } = await ask({ db }, { token, body: { token: 'a' } });
    expect([response.status, state.asked]).toEqual([503, 1]);
  });

  test('an outage while a key is created is told, and it is not tried again', async () => {
    const { db, state } = brokenDatabase(new DatabaseUnavailable());
    const path = `${createPath}?accountId=acc_${world.owner.accountId}`;
    const asked = { path, token: service.operatorToken, body: { name: 'Key' } };
    const { response } = await ask({ db, keyInserts: new KeyInserts(db) }, asked);
    expect([response.status, state.asked]).toEqual([503, 1]);
  });

  test.each([
    [
      'at once',
      () => {
        throw new Error('boom');
      },
    ],
    ['later', () => Promise.reject(new Error('boom'))],
  ])('an unexpected error that comes %s is our fault, and logged once under its id', async (_, fail) => {
    const keys = broken(fail);
    const token = newToken('lk_');
    const asked = { token: service.operatorToken, body: { token } };
    const { response, body, errors } = await ask({ keys }, asked);
    const requestId = response.headers.get('x-request-id');
    expect(response.status).toBe(500);
    expect(body).toMatchObject({ status: 500, code: 'internal_error', requestId });
    expect(JSON.stringify(body)).not.toContain('boom');
    expect(errors).toMatchObject([{ requestId, path: verifyPath, error: { message: 'boom' } }]);
    expect(JSON.stringify(errors)).not.toContain(token);
    expect(keys.asked).toBe(1);
  });

  test('a body that breaks off is refused as malformed', async () => {
    const logged = service.logs.length;
    for (const path of [verifyPath, createPath]) {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"to'));
          controller.error(new Error('aborted'));
        },
      });
      const asked = { token: service.operatorToken, body: { token: 'a' } };
      const init = { ...sent(asked, headers), body, duplex: 'half' };
      const response = await service.fetch(path, init);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 'malformed_body',
        detail: 'The body was not sent completely.',
      });
    }
    expect(service.logs.slice(logged)).toEqual([]);
  });
});
