import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAccount } from '../../scripts/support/client.ts';
import { type Runtime, type ServiceProcess, startProcess } from '../../scripts/support/service.ts';
import { newToken } from '../../server/token.ts';
import { exchange, message, statusesOf } from '../support/raw-http.ts';
import { seed } from '../support/seed.ts';

/** HTTP as no library would send it. */

const operatorToken = newToken('lko_');
const bearer = `Authorization: Bearer ${operatorToken}\r\n`;
const json = 'Content-Type: application/json\r\n';

const post = (path: string, body: string, headers = '') =>
  message(`POST ${path}`, bearer + json + headers, body);
const verify = (body: string, headers = '') => post('/v1/keys/verify', body, headers);
const chunked = (chunks: string) =>
  `POST /v1/keys/verify HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${bearer}${json}Transfer-Encoding: chunked\r\n\r\n${chunks}`;
const get = (path: string, headers = '') => message(`GET ${path}`, headers);

/** What is sent, and the statuses that may be answered: 0 where the connection may just be closed. */
type Case = [name: string, sent: string, statuses: number[]];

const cases: Case[] = [
  ['a BOM before the JSON', verify('\xef\xbb\xbf{"token":"a"}'), [200, 400]],
  ['plain bytes labelled gzip', verify('{"token":"a"}', 'Content-Encoding: gzip\r\n'), [415]],
  ['a body that is not UTF-8', verify('{"token":"\xff"}'), [400]],
  [
    'both Transfer-Encoding and Content-Length',
    chunked('d\r\n{"token":"a"}\r\n0\r\n\r\n').replace('Transfer', 'Content-Length: 5\r\nTransfer'),
    [400],
  ],
  ['two lengths', verify('{"token":"a"}', 'Content-Length: 5\r\n'), [400]],
  ['a negative length', verify('', 'Content-Length: -5\r\n'), [400]],
  ['an absolute URI', get('http://other.example/livez'), [200]],
  ['an absolute URI of another scheme', get('ftp://other.example/livez'), [200, 400]],
  ['a path of two slashes', get('//livez'), [404]],
  ['nothing but slashes', get('///'), [404]],
  ['two slashes within a path', get('/v1//keys', bearer), [404]],
  ['a backslash', get('/\\other.example/livez'), [400, 404]],
  ['a bare percent sign', get('/v1/keys/%', bearer), [400, 404]],
  ['an overlong UTF-8 sequence', get('/v1/keys/%C0%80', bearer), [404]],
  ['a NUL in the path', get('/\0'), [0, 400, 505]],
  ['a space in the path', get('/livez? a'), [0, 400, 505]],
  ['a bearer of 8 KiB', get('/v1/keys', `Authorization: Bearer ${'a'.repeat(8192)}\r\n`), [401]],
  ['Bearer alone', get('/v1/keys', 'Authorization: Bearer\r\n'), [401]],
  ['a lower-case scheme', get('/v1/account', `authorization: bearer ${operatorToken}\r\n`), [200]],
  ['Latin-1 in Authorization', get('/v1/keys', 'Authorization: Bearer \xe9\xff\r\n'), [401]],
  ['Latin-1 in other headers', get('/livez', 'X-Request-Id: \xe9\r\nOrigin: \xff\r\n'), [200, 400]],
  ['a content type of Latin-1', verify('{"token":"a"}', 'Content-Type: \xe9/\xff;;=\r\n'), [200, 400, 415]],
  ['HTTP/1.0 without Host', 'GET /livez HTTP/1.0\r\n\r\n', [200]],
  ['HTTP/1.1 without Host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', [200, 400]],
  ...['', 'a b/c?d', 'other.example/path', 'h:99999', 'u@h:99999', '\xe9\xff', 'a\r\nHost: b'].flatMap(
    (host): Case[] => {
      const from = (sent: string) => sent.replace('Host: a', `Host: ${host}`);
      return [
        [`the Host ${JSON.stringify(host)}`, from(get('/livez')), [200, 400, 404]],
        [`a refusal of the Host ${JSON.stringify(host)}`, from(verify('{}')), [400, 404, 422]],
      ];
    },
  ),
  ...['a/v1/account#', 'a/v1/account?', 'a?', 'a@b', 'u@a', 'a\\b', 'a b'].map((host): Case => {
    const from = (sent: string) => sent.replace('Host: a', `Host: ${host}`);
    return [`the Host ${JSON.stringify(host)}, which is none`, from(get('/livez', bearer)), [400]];
  }),
  [
    'a Host that chooses the path of a verification',
    verify('{"token":"a"}')
      .replace('/v1/keys/verify', '/livez')
      .replace('Host: a', 'Host: a/v1/keys/verify?'),
    [400],
  ],
  ...['[::1]', '[::1]:80', 'a.example:8787', 'a_b.c-d', '127.0.0.1:1'].map(
    (host): Case => [`the Host ${host}`, get('/livez').replace('Host: a', `Host: ${host}`), [200]],
  ),
  ['an absolute URI whose query looks like a path', get('http://a?/v1/account', bearer), [302, 400]],
  ['TRACE', message('TRACE /v1/keys'), [405]],
  ['CONNECT', message('CONNECT other.example:443'), [0, 400, 404, 405]],
  ['a method that nobody knows', message('BREW /v1/keys'), [0, 400, 405]],
  ['a method in lower case', message('get /livez'), [0, 400, 405]],
  ['OPTIONS *', message('OPTIONS *'), [204, 400, 404]],
  ['a chunk size that is no number', chunked('zz\r\n{"token":"a"}\r\n0\r\n\r\n'), [0, 400]],
  ['a chunk size beyond any', chunked('ffffffffffffffffff\r\n{"token":"a"}\r\n0\r\n\r\n'), [0, 400]],
  ['a negative chunk size', chunked('-1\r\n{"token":"a"}\r\n0\r\n\r\n'), [0, 400]],
  ['a header that is folded', get('/livez', 'X-A: a\r\n b\r\n'), [0, 200, 400]],
  ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [0, 400]],
  ['a number beyond any', verify('{"token":1e400}'), [422]],
  ...['-0', '9007199254740991', '9007199254740993', '-1e400', '1e-400'].map(
    (number): Case => [
      `the number ${number} in metadata`,
      post('/v1/keys?accountId=ACCOUNT', `{"name":"Key","metadata":{"n":${number}}}`),
      [201, 422],
    ],
  ),
  ...[
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '+275760-09-13T00:00:00Z',
    '2026-02-30T00:00:00Z',
  ].map(
    (date): Case => [
      `the date ${date}`,
      post('/v1/keys?accountId=ACCOUNT', `{"name":"Key","expiresAt":"${date}"}`),
      [201, 422],
    ],
  ),
  ['a JSON key twice', verify('{"token":"a","token":"b"}'), [200, 400, 422]],
  ['__proto__ as a JSON key', verify('{"token":"a","__proto__":{"b":1}}'), [200, 422]],
];

/** What is too large, and what says so: the contract where it was reached, the runtime where not. */
const limits: Case[] = [
  ['a body above 64 KiB', verify(`{"token":"${'a'.repeat(70_000)}"}`), [413]],
  ['a body of 1 MB', verify('a'.repeat(1_000_000)), [413]],
  ['chunks of 1 MB', chunked(`${`8000\r\n${'a'.repeat(0x8000)}\r\n`.repeat(32)}0\r\n\r\n`), [413]],
  ['a body of 4 MB', verify('a'.repeat(4_000_000)), [0, 413]],
  ['JSON of 33 levels', verify(`${'['.repeat(33)}${']'.repeat(33)}`), [400]],
  ['headers of 1 MB', get('/livez', `X-A: ${'a'.repeat(1_000_000)}\r\n`), [0, 400, 431]],
  ['3,000 headers', get('/livez', 'X-A: b\r\n'.repeat(3000)), [0, 400, 431]],
  ['a URL of 1 MB', get(`/livez?${'a'.repeat(1_000_000)}`), [0, 400, 414, 431]],
];

/** Sends piece by piece, and reads only then, as blocking clients do. */
async function sendInPieces(socket: Socket, sent: string): Promise<void> {
  socket.pause();
  for (let at = 0; at < sent.length && !socket.destroyed; at += 65_536) {
    await new Promise((resolve) => socket.write(sent.slice(at, at + 65_536), 'latin1', resolve));
    await turn();
  }
  socket.resume();
}

const runtimes: Runtime[] = ['node', 'bun', 'deno'];

describe.each(runtimes)('on %s', (runtime) => {
  let service: ServiceProcess;
  let accountId: string;

  beforeAll(async () => {
    service = await startProcess({ runtime, seed, env: { OPERATOR_TOKEN: operatorToken } });
    accountId = await newAccount({ url: service.url, token: operatorToken });
  });

  afterAll(async () => {
    const { status } = await fetch(`${service.url}/readyz`);
    await service.stop();
    expect(status).toBe(200);
    expect(service.output).not.toMatch(/"level":"(?:error|fatal)"|unhandled|uncaught/i);
  });

  test.each([...cases, ...limits])('%s gets a plain answer', async (_name, sent, allowed) => {
    const answer = await exchange(service, sent.replace('ACCOUNT', accountId));
    const [status = 0] = statusesOf(answer);
    expect(allowed, answer.slice(0, 500)).toContain(status);
  });

  test('a client that reads nothing until it has sent a body that is too large sees why it was refused', async () => {
    const answers = await Promise.all(
      limits.slice(0, 3).map(([, sent]) => exchange(service, sent, sendInPieces)),
    );
    expect(answers.map(statusesOf)).toEqual([[413], [413], [413]]);
  });

  test.each([
    ['/v1/keys/verify', { status: 413, code: 'body_too_large' }],
    ['/api/settings/api', { message: expect.any(String) }],
    ['/apikey', { code: expect.any(String), message: expect.any(String) }],
  ])('a body that is too large for %s is refused in the words of its contract', async (path, expected) => {
    const answer = await exchange(service, post(path, `"${'a'.repeat(70_000)}"`));
    expect(statusesOf(answer)).toEqual([413]);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject(expected);
  });

  /** A verification as the fast path (server/http/fast-path.ts) takes it, and as it does not. */
  const bothWays = (sent: string) => [
    sent,
    sent.replace('\r\n\r\n', '\r\nOrigin: https://a.example\r\n\r\n'),
  ];
  const known = '{"token":"a"}';
  const verdict = { valid: false, reason: 'unknown' };

  test('only what falls through to the full app is answered with what browsers need', async () => {
    const [short = '', long = ''] = bothWays(verify(known));
    expect(await exchange(service, short)).not.toMatch(/access-control/i);
    expect(await exchange(service, long)).toMatch(/access-control/i);
  });

  test.each([
    ['nothing unusual', verify(known), 200, verdict],
    [
      'headers in capitals',
      verify(known).replace(/^(?!POST)[\w-]+(?=:)/gm, (name) => name.toUpperCase()),
      200,
      verdict,
    ],
    [
      'headers in small letters',
      verify(known).replace(/^(?!POST)[\w-]+(?=:)/gm, (name) => name.toLowerCase()),
      200,
      verdict,
    ],
    ['chunks', chunked('d\r\n{"token":"a"}\r\n0\r\n\r\n'), 200, verdict],
    ['two Authorization headers', verify(known, bearer), 401, { code: 'invalid_token' }],
    [
      'a good Authorization header before a bad one',
      verify(known, 'authorization: Bearer a\r\n'),
      401,
      { code: 'invalid_token' },
    ],
    ['two Authorization headers and no JSON', verify('{', bearer), 401, { code: 'invalid_token' }],
    ['a content type twice', verify(known, json), [200, 415], {}],
    ['a body longer than was told', verify(known).replace('Length: 13', 'Length: 5'), 400, {}],
    ['JSON that is none', verify('{"token":'), 400, { code: 'malformed_body' }],
    ['a body in which a field is missing', verify('{}'), 422, { code: 'invalid_input' }],
    [
      'a length above 64 KiB, and no body',
      verify('', 'Content-Length: 65537\r\n'),
      413,
      { code: 'body_too_large' },
    ],
  ])('a request with %s is answered the same on both ways', async (_name, sent, status, expected) => {
    const [short, long] = await Promise.all(
      bothWays(sent).map(async (request) => {
        const answer = await exchange(service, request);
        const [first] = statusesOf(answer);
        const { requestId: _, ...body } =
          JSON.parse(/\r\n\r\n[^{]*(\{.*\})/s.exec(answer)?.[1] ?? 'null') ?? {};
        return { status: first, type: /^content-type: *(.*?)\r$/im.exec(answer)?.[1], body };
      }),
    );
    expect(short).toEqual(long);
    expect([status].flat()).toContain(short?.status);
    expect(short?.body).toMatchObject(expected);
  });

  test('pipelined requests are answered in their order', async () => {
    const first = message('POST /v1/keys/verify', json).replace('Connection: close\r\n', '');
    const answer = await exchange(service, `${first}${get('/v1/account', bearer)}`);
    expect(statusesOf(answer)).toEqual([401, 200]);
  });

  test('a client that disconnects in the middle of a body does no harm', async () => {
    const { hostname, port } = new URL(service.url);
    const half = verify('{"token":"a"}').replace('Content-Length: 13', 'Content-Length: 5000');
    await Promise.all(
      Array.from(
        { length: 20 },
        (_, index) =>
          new Promise((resolve) => {
            const socket = connect(Number(port), hostname).on('error', () => {});
            socket.once('close', resolve).resume();
            socket.write(half, () => (index % 2 ? socket.resetAndDestroy() : socket.destroy()));
          }),
      ),
    );
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
  });
});

// These two wait for what ends after ten seconds: together.
test.concurrent('a client that does not finish its head is cut off after some ten seconds: on Node with a reason, on Bun without', async () => {
  const cutOff = async (runtime: Runtime) => {
    await using service = await startProcess({ runtime, seed });
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname).setEncoding('latin1');
    socket.write('GET /livez HTTP/1.1\r\nHost: a\r\n');
    const began = performance.now();
    const answer = (await socket.toArray()).join('');
    return { answer, after: performance.now() - began };
  };
  const [node, bun] = await Promise.all([cutOff('node'), cutOff('bun')]);
  expect(statusesOf(node.answer)).toEqual([408]);
  expect(JSON.parse(node.answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'request_too_slow' });
  expect(bun.answer).toBe('');
  for (const { after } of [node, bun]) expect(after).toBeGreaterThan(8_000);
});

test.concurrent('on Bun a connection that idles is kept, since a proxy may be about to send on it', async () => {
  await using service = await startProcess({ runtime: 'bun', seed });
  const { hostname, port } = new URL(service.url);
  const open = () => connect(Number(port), hostname).setEncoding('latin1');
  const request = 'GET /livez HTTP/1.1\r\nHost: a\r\n';
  const idle = open();
  idle.write(`${request}\r\n`);
  expect(statusesOf(String(await once(idle, 'data')))).toEqual([200]);
  const unfinished = open().resume();
  unfinished.write(request);
  await once(unfinished, 'close');
  idle.write(`${request}Connection: close\r\n\r\n`);
  expect(statusesOf((await idle.toArray()).join(''))).toEqual([200]);
});

describe('requests that Node refuses before the service sees them', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ seed, env: { OPERATOR_TOKEN: operatorToken } });
  });
  afterAll(() => service.stop());

  test.each([
    ['headers above 16 KiB', get('/livez', `X-A: ${'a'.repeat(17_000)}\r\n`), 431, 'head_too_large'],
    ['a URL above 16 KiB', get(`/livez?${'a'.repeat(17_000)}`), 431, 'head_too_large'],
    ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'malformed_request'],
    ['a Host that is none', get('/livez').replace('Host: a', 'Host: a b'), 400, 'malformed_request'],
    ['HTTP/1.1 without Host', get('/livez').replace('Host: a\r\n', ''), 400, 'malformed_request'],
    ['another Expect than 100-continue', get('/livez', 'Expect: a\r\n'), 417, 'malformed_request'],
  ])('%s is told as a problem', async (_name, sent, status, code) => {
    const answer = await exchange(service, sent);
    expect(statusesOf(answer)).toEqual([status]);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const problem = JSON.parse(body);
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
    expect(problem).toMatchObject({ type: 'about:blank', status, code, detail: expect.any(String) });
  });

  test('they are counted with the requests that match no operation', async () => {
    const headers = { Authorization: `Bearer ${operatorToken}` };
    const counted = async () => {
      const text = await (await fetch(`${service.url}/metrics`, { headers })).text();
      return [400, 417, 431].map((status) =>
        Number(
          new RegExp(`_responses_total{operation="none",status="${status}"} (\\d+)`).exec(text)?.[1] ?? 0,
        ),
      );
    };
    const before = await counted();
    for (const sent of [
      get('/livez', `X-A: ${'a'.repeat(17_000)}\r\n`),
      get('/livez', 'Expect: a\r\n'),
      'HELLO\r\n\r\n',
      get('/livez').replace('Host: a', 'Host: a b'),
      get('/livez').replace('Host: a\r\n', ''),
    ])
      await exchange(service, sent);
    expect((await counted()).map((count, at) => count - (before[at] ?? 0))).toEqual([3, 1, 1]);
  });

  test('malformed bytes after a request are refused after its answer, which is not lost', async () => {
    const accountId = await newAccount({ url: service.url, token: operatorToken });
    const create = message(`POST /v1/keys?accountId=${accountId}`, bearer + json, '{"name":"Key"}').replace(
      'Connection: close\r\n',
      '',
    );
    const answer = await exchange(service, `${create}\x00\x01 nonsense\r\n\r\n`);
    expect(statusesOf(answer)).toEqual([201, 400]);
    expect(answer).toMatch(/"token":"lk_/);
  });
});
