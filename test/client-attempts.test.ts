import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  AbortError,
  type Attempt,
  type AttemptAnswer,
  BadRequestError,
  ConflictError,
  ConnectionError,
  createLatchkey,
  LatchkeyError,
  RateLimitError,
  ServerError,
  TimeoutError,
  UnexpectedAnswer,
} from '../clients/typescript/client.ts';
import type { Operations } from '../clients/typescript/core/methods.ts';
import { createJournal } from '../clients/typescript/journal.ts';
import { operationTable as journalTable } from '../clients/typescript/journal-operations.gen.ts';
import { operationTable } from '../clients/typescript/operations.gen.ts';
import { createShare } from '../clients/typescript/share.ts';
import { operationTable as shareTable } from '../clients/typescript/share-operations.gen.ts';
import { block } from './support/block.ts';
import {
  cut,
  html,
  json,
  type Misbehaviour,
  misbehave,
  problem,
  reset,
  silent,
} from './support/misbehaving.ts';

const key = { id: 'key_6921a5d4b281af121fcda4cf', name: 'A' };
const page = { data: [key], nextCursor: null };
const unavailable = problem(503, 'database_unavailable');
const token = 'lk_x';

beforeEach(() => {
  // Waits between attempts are random parts of a bound: none at all here.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** A 204 of the service. */
const nothing: Misbehaviour = (response) => response.writeHead(204, { 'x-request-id': 'req-1' }).end();

/** The methods of a client, and each as a call with an id for each parameter of its path, and an empty object. */
const methodsIn = (table: Operations, group: string[] = []): Method[] =>
  Object.entries(table).flatMap(([name, operation]) => {
    const path = [...group, name];
    if (typeof operation !== 'string') return methodsIn(operation, path);
    const ids = Array.from(operation.matchAll(/\{/g), () => 'id');
    const call = (client: object) => {
      const method = path.reduce<unknown>((holder, part) => holder?.[part as keyof typeof holder], client);
      return (method as (...args: unknown[]) => PromiseLike<unknown>)(...ids, {});
    };
    return [{ operation, call }];
  });

interface Method {
  operation: string;
  call: (client: object) => PromiseLike<unknown>;
}

const caught = (promise: PromiseLike<unknown>): Promise<Error> =>
  Promise.resolve(promise).then(
    (value) => expect.fail(`resolved to ${JSON.stringify(value)}`),
    (error) => error,
  );

describe('what is repeated', () => {
  test.each([
    ['503', unavailable],
    ['500', problem(500, 'internal_error')],
    ['429', problem(429, 'too_many_attempts')],
    ['408', problem(408, 'request_too_slow')],
    ['502 of a proxy', html(502)],
    ['504 of a proxy', html(504)],
    ['a connection that is reset', reset],
    ['a connection that ends within the answer', cut],
  ])('a read is repeated after %s', async (_, misbehaviour) => {
    await using server = await misbehave(misbehaviour, json(key));
    const latchkey = createLatchkey({ baseUrl: server.url });
    expect(await latchkey.keys.get(key.id)).toEqual(key);
    expect(server.received).toHaveLength(2);
  });

  test.each([
    ['400', problem(400, 'malformed_body')],
    ['404', problem(404, 'key_not_found')],
    ['409', problem(409, 'already_done')],
    ['404 of a proxy', html(404)],
    ['200 that is not ours', html(200)],
  ])('a read is not repeated after %s', async (_, misbehaviour) => {
    await using server = await misbehave(misbehaviour);
    await caught(createLatchkey({ baseUrl: server.url }).keys.get(key.id));
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['503', unavailable],
    ['500', problem(500, 'internal_error')],
    ['502 of a proxy', html(502)],
    ['a connection that is reset', reset],
  ])('a write that may have been done is not repeated after %s', async (_, misbehaviour) => {
    await using server = await misbehave(misbehaviour, json(key));
    await caught(createLatchkey({ baseUrl: server.url, token }).keys.update(key.id, { name: 'B' }));
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['too many attempts', problem(429, 'too_many_attempts')],
    ['overload', problem(503, 'overloaded')],
  ])('a write is repeated after %s, since nothing was done', async (_, misbehaviour) => {
    await using server = await misbehave(misbehaviour, json({ accessToken: 'x' }));
    await createLatchkey({ baseUrl: server.url }).sessions.create({ email: 'a@example.com', password: 'x' });
    expect(server.received).toHaveLength(2);
  });

  test('a write is repeated if no connection was made', async () => {
    const server = await misbehave(silent);
    await server[Symbol.asyncDispose]();
    const onAttempt = vi.fn();
    const latchkey = createLatchkey({ baseUrl: server.url, onAttempt });
    const error = await caught(latchkey.keys.update(key.id, { name: 'B' }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      message: 'PATCH /v1/keys/{keyId} got no answer: ECONNREFUSED',
      mayHaveArrived: false,
    });
    expect(onAttempt).toHaveBeenCalledTimes(3);
  });

  test('a call with an Idempotency-Key is repeated with the same key and the same body', async () => {
    await using server = await misbehave(reset, unavailable, json(key, 201));
    const latchkey = createLatchkey({ baseUrl: server.url, token });
    await latchkey.keys.create({ name: 'A' });
    await latchkey.keys.create({ name: 'A' });
    await latchkey.keys.create({ name: 'A' }, { idempotencyKey: 'a key of my own' });
    const sent = server.received.map(({ headers }) => headers['idempotency-key']);
    expect(sent).toEqual([sent[0], sent[0], sent[0], expect.any(String), 'a key of my own']);
    expect(sent[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(sent[3]).not.toBe(sent[0]);
    expect(new Set(server.received.map(({ body }) => body))).toEqual(new Set(['{"name":"A"}']));
  });

  test('a sign-up is not repeated, since its Idempotency-Key is ignored', async () => {
    await using server = await misbehave(unavailable);
    await caught(
      createLatchkey({ baseUrl: server.url }).accounts.create({ email: 'a@example.com', password: 'x' }),
    );
    expect(server.received).toHaveLength(1);
  });

  test('a verification is repeated once, other calls twice, or as often as the options say', async () => {
    await using server = await misbehave(unavailable);
    const latchkey = createLatchkey({ baseUrl: server.url });
    const attempts = async (call: PromiseLike<unknown>) => {
      const before = server.received.length;
      await caught(call);
      return server.received.length - before;
    };
    expect(await attempts(latchkey.verify('lk_y'))).toBe(2);
    expect(await attempts(latchkey.keys.verifyBatch({ tokens: ['lk_y'] }))).toBe(2);
    expect(await attempts(latchkey.keys.list())).toBe(3);
    expect(await attempts(latchkey.keys.search({}))).toBe(3);
    expect(await attempts(latchkey.verify('lk_y', {}, { retries: 0 }))).toBe(1);
    expect(await attempts(createLatchkey({ baseUrl: server.url, retries: 0 }).keys.list())).toBe(1);
  });

  test('an error page of a proxy keeps no connection, whether the call is repeated or not', async () => {
    const closed = Array.from({ length: 2 }, () => Promise.withResolvers<void>());
    const endless = ({ resolve }: { resolve: () => void }): Misbehaviour => {
      return (response, request) => {
        request.socket.once('close', resolve);
        response.writeHead(502, { 'Content-Type': 'text/html' }).write('<h1>'.repeat(100_000));
      };
    };
    await using server = await misbehave(...closed.map(endless), json(key));
    const latchkey = createLatchkey({ baseUrl: server.url });
    const error = await caught(latchkey.keys.update(key.id, { name: 'B' }));
    expect(await (error as UnexpectedAnswer).response.text()).toMatch(/^(?:<h1>){10000}/);
    expect(await latchkey.keys.get(key.id)).toEqual(key);
    await Promise.all(closed.map(({ promise }) => promise));
    // The garbage collector would close them as well, but some seconds later.
  }, 2_000);

  test('a call by path is made once', async () => {
    await using server = await misbehave(unavailable);
    const { error, response } = await createLatchkey({ baseUrl: server.url }).GET('/v1/keys');
    expect(error?.code).toBe('database_unavailable');
    expect(response.status).toBe(503);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.headers['idempotency-key']).toBeUndefined();
  });
});

describe('how long a call takes', () => {
  test('a call waits as long as Retry-After says', async () => {
    await using server = await misbehave(problem(503, 'overloaded', { 'Retry-After': '1' }), json(page));
    await createLatchkey({ baseUrl: server.url }).keys.list();
    const [first, second] = server.received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(990);
  });

  test('a Retry-After beyond the deadline is thrown at once, with its seconds', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    for (const [sent, least] of [
      ['60', 60],
      [date, 58],
    ] as const) {
      await using server = await misbehave(problem(429, 'too_many_attempts', { 'Retry-After': sent }));
      const error = await caught(createLatchkey({ baseUrl: server.url }).keys.list());
      expect(error).toBeInstanceOf(RateLimitError);
      const { retryAfter = 0 } = error as RateLimitError;
      expect(retryAfter).toBeGreaterThanOrEqual(least);
      expect(retryAfter).toBeLessThanOrEqual(60);
      expect(server.received).toHaveLength(1);
    }
  });

  test('each attempt has its own timeout, and all together have a deadline', async () => {
    await using server = await misbehave(silent, json(page));
    const latchkey = createLatchkey({ baseUrl: server.url, timeout: 100 });
    expect(await latchkey.keys.list()).toEqual(page);

    await using mute = await misbehave(silent);
    const began = performance.now();
    const impatient = createLatchkey({ baseUrl: mute.url, timeout: 100, deadline: 250, retries: 10 });
    const error = await caught(impatient.keys.list());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toMatch(/^GET \/v1\/keys got no answer within \d+ ms\.$/);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(mute.received).toHaveLength(3);

    const again = performance.now();
    expect(await caught(createLatchkey({ baseUrl: mute.url, deadline: 100 }).keys.list())).toBeInstanceOf(
      TimeoutError,
    );
    expect(performance.now() - again).toBeLessThan(1000);
  });

  test('a call by path has the times of its client, or a timeout of its own', async () => {
    await using mute = await misbehave(silent);
    const within = async (options: object, own: object = {}) => {
      const latchkey = createLatchkey({ baseUrl: mute.url, ...options });
      return (await caught(latchkey.GET('/v1/keys', own))).message;
    };
    const after = (time: number) => `GET /v1/keys got no answer within ${time} ms.`;
    expect(await within({ timeout: 20 })).toBe(after(20));
    expect(await within({ timeout: 60_000, deadline: 20 })).toBe(after(20));
    expect(await within({ timeout: 60_000 }, { timeout: 20 })).toBe(after(20));
    expect(await within({}, { timeout: 0 })).toBe(after(0));
    expect(await within({}, { timeout: Number.NaN })).toBe('timeout must be a number that is not negative.');
  });

  test('a call whose time is over after a wait is not sent again: it throws what it met before', async () => {
    vi.mocked(Math.random).mockReturnValue(0.2);
    await using server = await misbehave(problem(503, 'overloaded'), json(key));
    // The process is blocked during the wait of 100 ms.
    const onAnswer = () => void setTimeout(() => block(1_200), 20);
    const latchkey = createLatchkey({ baseUrl: server.url, token, deadline: 1_000, onAnswer });
    expect(await caught(latchkey.keys.create({ name: 'A' }))).toMatchObject({ code: 'overloaded' });
    expect(server.received).toHaveLength(1);
  });

  test('the time counts until the body is read', async () => {
    await using server = await misbehave((response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).write('{');
    });
    const call = createLatchkey({ baseUrl: server.url }).GET('/v1/keys', { timeout: 100 });
    expect(await caught(call)).toBeInstanceOf(TimeoutError);
  });

  test('the wait between two attempts is a random part of a bound that doubles', async () => {
    vi.mocked(Math.random).mockReturnValue(0.4);
    await using server = await misbehave(unavailable);
    await caught(createLatchkey({ baseUrl: server.url }).keys.list());
    const [first = 0, second = 0, third = 0] = server.received.map(({ at }) => at);
    expect(second - first).toBeGreaterThan(195);
    expect(third - second).toBeGreaterThan(395);
    expect(third - first).toBeLessThan(1500);
  });

  test('a signal ends an attempt, and the wait between two', async () => {
    await using server = await misbehave(silent);
    const inFlight = new AbortController();
    const call = createLatchkey({ baseUrl: server.url }).keys.get(key.id, {}, { signal: inFlight.signal });
    const refused = caught(call);
    await server.next();
    inFlight.abort('enough');
    expect(await refused).toBeInstanceOf(AbortError);
    expect(await refused).toMatchObject({ name: 'AbortError', cause: 'enough' });

    const between = new AbortController();
    await using busy = await misbehave(problem(503, 'overloaded', { 'Retry-After': '10' }));
    const onAnswer = () => setImmediate(() => between.abort());
    const waiting = createLatchkey({ baseUrl: busy.url, onAnswer }).keys.get(
      key.id,
      {},
      { signal: between.signal },
    );
    expect(await caught(waiting)).toBeInstanceOf(AbortError);
    expect(performance.now() - (busy.received[0]?.at ?? 0)).toBeLessThan(1000);
    expect(busy.received).toHaveLength(1);
  });

  test('a signal that was fired before sends nothing', async () => {
    await using server = await misbehave(json(page));
    const signal = AbortSignal.abort();
    const latchkey = createLatchkey({ baseUrl: server.url });
    expect(await caught(latchkey.GET('/v1/keys', { signal }))).toBeInstanceOf(AbortError);
    expect(await caught(latchkey.keys.list({}, { signal }))).toBeInstanceOf(AbortError);
    expect(server.received).toHaveLength(0);
  });
});

describe('what is thrown', () => {
  test('a problem is an error of the class of its status, with its code and the id of the request', async () => {
    const cases = [
      [problem(409, 'email_taken'), ConflictError],
      [problem(422, 'invalid_input'), BadRequestError],
      [problem(500, 'internal_error'), ServerError],
      [problem(405, 'method_not_allowed'), LatchkeyError],
    ] as const;
    for (const [misbehaviour, Class] of cases) {
      await using server = await misbehave(misbehaviour);
      const error = await caught(createLatchkey({ baseUrl: server.url, retries: 0 }).keys.get(key.id));
      expect(error).toBeInstanceOf(Class);
      expect(error).toBeInstanceOf(LatchkeyError);
      const { status, code, problem, requestId, message, name } = error as LatchkeyError;
      expect(problem).toMatchObject({ status, code });
      expect(requestId).toBe('req-1');
      expect(message).toBe(`It is so. (${status} ${code}, request req-1)`);
      expect(name).toBe(Class.name);
    }
  });

  test.each([
    ['a page of a proxy', html(502)],
    ['a page where JSON is due', html(200)],
    ['nothing where JSON is due', nothing],
    ['JSON of another service', json({ status: 'ok' })],
    ['JSON that is no object', json(true)],
    ['a redirect', (response) => response.writeHead(301, { Location: 'https://example.com/' }).end()],
    [
      'JSON that is none',
      (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{'),
    ],
    [
      'an error without a body to speak of',
      (response) => response.writeHead(500, { 'Content-Type': 'application/problem+json' }).end('null'),
    ],
    [
      'an error of somebody else',
      (response) =>
        response.writeHead(400, { 'Content-Type': 'application/problem+json' }).end('{"title":"No"}'),
    ],
  ] satisfies [string, Parameters<typeof misbehave>[0]][])(
    'an answer that is not ours is said to be so: %s',
    async (_, misbehaviour) => {
      await using server = await misbehave(misbehaviour);
      const error = await caught(createLatchkey({ baseUrl: server.url, retries: 0 }).keys.list());
      expect(error).toBeInstanceOf(UnexpectedAnswer);
      expect(error.message).toMatch(/^GET \/v1\/keys got \d{3}( to \S+)?, but not an answer of Latchkey\.$/);
      expect((error as UnexpectedAnswer).response.status).toBe((error as UnexpectedAnswer).status);
    },
  );

  test.each<[string, Misbehaviour, Misbehaviour]>([
    ['a 204', (response) => response.writeHead(204).end(), nothing],
    ['JSON', json({ ok: true }), json({ ok: true })],
  ])(
    'no method takes the answer of another server for success: %s',
    async (_, whereNothingIsDue, whereJsonIsDue) => {
      for (const [create, table] of [
        [createLatchkey, operationTable],
        [createJournal, journalTable],
        [createShare, shareTable],
      ] as const)
        for (const { call, operation } of methodsIn(table)) {
          await using server = await misbehave(
            operation.includes(' > ') ? whereJsonIsDue : whereNothingIsDue,
          );
          const client = create({ baseUrl: server.url });
          expect(await caught(call(client)), operation).toBeInstanceOf(UnexpectedAnswer);
          expect(server.received, operation).toHaveLength(1);
        }
    },
  );

  test('a method without an answer takes a 204 that has the id of a request', async () => {
    await using server = await misbehave(nothing);
    expect(await createLatchkey({ baseUrl: server.url }).keys.delete(key.id)).toBeUndefined();
  });

  test.each([{ valid: true }, { valid: 'true', key }, { valid: false }, { status: 'ok' }])(
    '%j is no verdict, whoever asks for one',
    async (body) => {
      await using server = await misbehave(json(body));
      const latchkey = createLatchkey({ baseUrl: server.url });
      const asked = { token: 'lk_y' };
      for (const call of [
        latchkey.verify('lk_y'),
        latchkey.keys.verify(asked),
        latchkey.POST('/v1/keys/verify', { body: asked }),
      ])
        expect(await caught(call)).toBeInstanceOf(UnexpectedAnswer);
    },
  );

  test('a call by path gets a 304 only if it says what it knows', async () => {
    await using server = await misbehave((response) => response.writeHead(304).end());
    const latchkey = createLatchkey({ baseUrl: server.url });
    const asked = latchkey.GET('/.well-known/jwks.json', { headers: { 'If-None-Match': '"1"' } });
    expect(await asked).toMatchObject({ data: undefined, response: { status: 304 } });
    expect(await caught(latchkey.GET('/.well-known/jwks.json'))).toBeInstanceOf(UnexpectedAnswer);
  });

  test('errors of Deno are shown without the URL, and the URL does not affect how they are classified', async () => {
    const thrown =
      (how: string) =>
      async ({ url }: Request) => {
        throw new TypeError(
          `error sending request for url (${url}): client error (${how}): connection error`,
        );
      };
    const ask = (how: string) =>
      caught(createLatchkey({ baseUrl: 'http://x', fetch: thrown(how) }).keys.update('(Connect)', {}));
    expect(await ask('Connect')).toMatchObject({
      message:
        'PATCH /v1/keys/{keyId} got no answer: error sending request: client error (Connect): connection error',
      mayHaveArrived: false,
    });
    expect(await ask('SendRequest')).toMatchObject({ mayHaveArrived: true });
  });

  test('an id that would name another path is refused', async () => {
    await using server = await misbehave(json({}));
    const latchkey = createLatchkey({ baseUrl: server.url });
    const refused = new TypeError('keyId must be an id.');
    for (const keyId of ['', '.', '..', undefined as unknown as string]) {
      expect(await caught(latchkey.keys.delete(keyId))).toEqual(refused);
      // With `..` this would be /v1/usage, that of all keys.
      const usage = latchkey.GET('/v1/keys/{keyId}/usage', { params: { path: { keyId } } });
      expect(await caught(usage)).toEqual(refused);
    }
    // As a header of a request of the product's may be passed on.
    const headers = { 'Latchkey-Actor': 'a\nb' };
    expect(await caught(latchkey.keys.delete(key.id, {}, { headers }))).toBeInstanceOf(TypeError);
    expect(server.received).toEqual([]);
  });

  test('an account that is named by nothing is refused: the call would be about all accounts', async () => {
    await using server = await misbehave(json({ ...page, matched: 1 }));
    const latchkey = createLatchkey({ baseUrl: server.url, token });
    const { events, keys, usage, accounts } = latchkey;
    // As that of a user who is not signed in. The compiler takes it without `exactOptionalPropertyTypes`.
    const nobody = { externalId: undefined } as object;
    const refused = new TypeError('externalId is undefined.');
    for (const call of [
      events.list(nobody),
      events.list({ externalId: null } as object),
      keys.list(nobody),
      usage.get(nobody),
      accounts.list(nobody),
      keys.delete(key.id, nobody),
      keys.create({ name: 'A' }, { query: nobody }),
      keys.search({ filter: nobody }),
      keys.revoke({ filter: { ...nobody, unusedSince: '2026-01-31T12:00:00Z' } }),
      latchkey.GET('/v1/events', { params: { query: nobody } }),
      latchkey.POST('/v1/keys/revoke', { body: { filter: nobody } }),
    ])
      expect(await caught(call)).toEqual(refused);
    const unnamed = { accountId: undefined } as object;
    expect(await caught(events.list(unnamed))).toEqual(new TypeError('accountId is undefined.'));
    expect(await caught(events.list({ ...unnamed, ...nobody }))).toBeInstanceOf(TypeError);
    expect(server.received).toEqual([]);
    await events.list({ ...nobody, accountId: 'acc_6921a5c0b281af121fcda4ce' });
    await events.list({ keyId: undefined } as object);
    await keys.search({ filter: { role: 'reader' } });
    expect(server.received).toHaveLength(3);
  });

  test('a redirect is named without the ids and the query in it', async () => {
    const redirect = (Location: string) => (response: ServerResponse) =>
      void response.writeHead(308, { Location }).end();
    await using server = await misbehave(
      redirect(`https://keys.example.com/v1/keys/${key.id}?a=b`),
      redirect('/login?next=/v1/keys'),
    );
    const latchkey = createLatchkey({ baseUrl: server.url });
    for (const target of ['https://keys.example.com', '/login'])
      expect((await caught(latchkey.keys.get(key.id))).message).toBe(
        `GET /v1/keys/{keyId} got 308 to ${target}, but not an answer of Latchkey.`,
      );
  });
});

test('hooks see each request and its answer, and neither body, token nor id', async () => {
  const seen: (Attempt | AttemptAnswer)[] = [];
  const note = (one: Attempt | AttemptAnswer) => void seen.push(one);
  await using server = await misbehave(reset, problem(503, 'overloaded'), json({ ...key, token: 'lk_z' }));
  const latchkey = createLatchkey({ baseUrl: server.url, token, onAttempt: note, onAnswer: note });
  await latchkey.keys.rotate(key.id, { immediate: true });
  const facts = { method: 'POST', path: '/v1/keys/{keyId}/rotate' };
  const elapsed = expect.any(Number);
  expect(seen).toEqual([
    { ...facts, attempt: 1 },
    {
      ...facts,
      attempt: 1,
      elapsed,
      status: undefined,
      requestId: undefined,
      error: expect.any(ConnectionError),
    },
    { ...facts, attempt: 2 },
    { ...facts, attempt: 2, elapsed, status: 503, requestId: 'req-1', error: undefined },
    { ...facts, attempt: 3 },
    { ...facts, attempt: 3, elapsed, status: 200, requestId: undefined, error: undefined },
  ]);
});

test('an address that is none is refused before any call, and not shown: it may be a token', () => {
  for (const wrong of [
    'localhost:8787',
    'keys.example.com',
    'ws://keys.example.com',
    'https://keys.example.com?v=1',
    'https://keys.example.com#v1',
    'https://',
    'https://user:secret@keys.example.com',
    'https://keys.example.com:99999',
    '/keys',
    ' https://keys.example.com',
    'lk_token',
  ]) {
    const refusal = (name: string) =>
      new TypeError(`${name} must be like https://keys.example.com, without a user and a query.`);
    expect(() => createLatchkey({ baseUrl: wrong }), wrong).toThrow(refusal('The baseUrl'));
    vi.stubEnv('LATCHKEY_URL', wrong);
    expect(() => createLatchkey(), wrong).toThrow(refusal('LATCHKEY_URL'));
  }
  for (const baseUrl of ['http://127.0.0.1:8787', 'HTTPS://keys.example.com/', 'http://[::1]:8787/keys'])
    expect(() => createLatchkey({ baseUrl }), baseUrl).not.toThrow();
  vi.stubGlobal('document', {});
  expect(() => createLatchkey({ baseUrl: '/keys' })).not.toThrow();
});

test.each(['timeout', 'deadline', 'retries'])(
  'a %s that is no number, or a negative one, is refused',
  async (name) => {
    const create = (value: unknown) => () => createLatchkey({ baseUrl: 'http://127.0.0.1', [name]: value });
    for (const value of [Number(undefined), -1, 'soon', '15000']) {
      const refused = new TypeError(`${name} must be a number that is not negative.`);
      expect(create(value)).toThrow(refused);
      const options: object = { [name]: value };
      await expect(create(undefined)().getLiveness(options)).rejects.toThrow(refused);
    }
    for (const value of [undefined, 0, 10, Number.POSITIVE_INFINITY]) create(value)();
  },
);

describe('the token', () => {
  test('the token of the environment is only sent to the address of the environment', async () => {
    await using server = await misbehave(json(page));
    expect(() => createLatchkey()).toThrow(new TypeError('Pass a baseUrl, or set LATCHKEY_URL.'));
    vi.stubEnv('LATCHKEY_URL', server.url);
    vi.stubEnv('LATCHKEY_TOKEN', 'lk_environment');
    await createLatchkey().keys.list();
    await createLatchkey({ token: 'lk_given' }).keys.list();
    await createLatchkey({ baseUrl: server.url }).keys.list();
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer lk_environment',
      'Bearer lk_given',
      undefined,
    ]);
  });

  test('a browser sends an access token, and an API key or operator token only if it is told to', async () => {
    vi.stubGlobal('document', {});
    await using server = await misbehave(json(page));
    const as = (options: object) => createLatchkey({ baseUrl: server.url, ...options }).keys.list();
    await as({ token: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhY2MifQ.c2ln' });
    await as({ token, dangerouslyAllowBrowser: true });
    expect(await caught(as({ token }))).toBeInstanceOf(TypeError);
    expect(await caught(as({ token: () => token }))).toBeInstanceOf(TypeError);
    expect(server.received).toHaveLength(2);
  });

  test('slashes at the end of an address are left out', async () => {
    await using server = await misbehave(json(page));
    for (const end of ['', '/', '//']) await createLatchkey({ baseUrl: server.url + end }).keys.list();
    expect(new Set(server.received.map(({ url }) => url))).toEqual(new Set(['/v1/keys']));
  });

  test('a token that cannot be sent is not shown', async () => {
    const error = await caught(createLatchkey({ baseUrl: 'http://127.0.0.1:1', token: 'lk_\n' }).keys.list());
    expect(error).toEqual(
      new TypeError('The token has a character that no token has, such as a line break.'),
    );
  });
});
