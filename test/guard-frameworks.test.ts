import { once } from 'node:events';
import { createServer, IncomingMessage, type RequestListener, request, ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { initTRPC } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import express from 'express';
// @ts-expect-error: it has no types of its own; those of Express 5 say what is used here
import express4 from 'express4';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLatchkey } from '../clients/typescript/client.ts';
import { createGuard as expressGuard, keyOf } from '../clients/typescript/guard/express.ts';
import { latchkey } from '../clients/typescript/guard/fastify.ts';
import { createGuard as fetchGuard } from '../clients/typescript/guard/fetch.ts';
import {
  createGuard,
  type GuardOptions,
  headersOf,
  type Requirement,
} from '../clients/typescript/guard/guard.ts';
import { createGuard as honoGuard } from '../clients/typescript/guard/hono.ts';
import { type GuardMeta, responseMeta, createGuard as trpcGuard } from '../clients/typescript/guard/trpc.ts';
import type { Verdict } from '../clients/typescript/schema.gen.ts';
import type { Verifies } from '../clients/typescript/verify.ts';
import { expectData, startService } from './support/harness.ts';
import { html, json, type Misbehaviour, misbehave } from './support/misbehaving.ts';

/** What each guard does with its own framework. What all of them do alike is tested with the examples, on all runtimes. */

let verify: Verifies;
let authorized: { Authorization: string };
let limited: { Authorization: string };

beforeAll(async () => {
  const { operator, signIn } = await startService();
  const { accountId } = await signIn();
  const mint = async (more: object) => {
    const body = { name: 'Key', scopes: ['files:read'], ...more };
    const { token } = expectData(await operator.POST('/v1/keys', { params: { query: { accountId } }, body }));
    return { Authorization: `Bearer ${token}` };
  };
  verify = {
    verify: async (token, asked) =>
      expectData(await operator.POST('/v1/keys/verify', { body: { token, ...asked } })),
  };
  authorized = await mint({});
  limited = await mint({ limits: [{ name: 'burst', limit: 100, windowSeconds: 60 }] });
});

/** What a server that is not the service may answer. */
const noVerdicts: Record<string, Misbehaviour> = {
  'with nothing': (response) => response.writeHead(204).end(),
  'with a page': html(200),
  'with a redirect': (response) => response.writeHead(302, { Location: '/' }).end(),
  ...Object.fromEntries(
    [
      null,
      true,
      'ok',
      [],
      {},
      { status: 'ok' },
      { valid: true },
      { valid: true, key: {} },
      { valid: true, key: 'k' },
      { valid: 'true', key: { id: 'key_1' } },
      { valid: false },
      { valid: 0, reason: 'unknown' },
    ].map((body) => [JSON.stringify(body), json(body)]),
  ),
};

/** Requirements with a mistake in them that JavaScript allows. Without it, they would let in fewer keys. */
const mistakes: object[] = [
  { scope: ['files:write'] },
  { anyScope: ['files:write'] },
  { scopesQuery: 'files:write' },
  { scopes: undefined },
];

/** A guard whose own hook throws. */
const failing = {
  verify: { verify: () => Promise.reject(new Error('unreachable')) },
  onUnavailable: () => {
    throw new Error('The hook failed.');
  },
};

/** A guard that waits for its verdict, and tells when it is asked. */
function waiting() {
  const asked = Promise.withResolvers<void>();
  const verdict = Promise.withResolvers<Verdict>();
  const ask = () => {
    asked.resolve();
    return verdict.promise;
  };
  return { verify: { verify: ask }, asked: asked.promise, answer: verdict.resolve };
}

const expresses: Record<string, typeof express> = { express, 'express 4': express4 };

/** The status of the answer of an endpoint of Express to a request with a good key. */
const statusOfExpress = (make: typeof express) => async (options: GuardOptions) => {
  const app = make().get('/', expressGuard(options)(), (_req, res) => void res.end());
  app.use(((_error, _req, res, _next) => void res.status(500).end()) satisfies express.ErrorRequestHandler);
  return (await fetch(await listen(app), { headers: authorized })).status;
};

/** For each framework, the status of the answer of a guarded endpoint to a request with a good key. */
const statusBehind: Record<string, (options: GuardOptions) => Promise<number>> = {
  ...Object.fromEntries(Object.entries(expresses).map(([name, make]) => [name, statusOfExpress(make)])),
  async fastify(options) {
    const app = Fastify();
    onTestFinished(() => app.close());
    await app.register(latchkey, options);
    app.get('/', () => '');
    return (await app.inject({ url: '/', headers: authorized })).statusCode;
  },
  async hono(options) {
    const app = new Hono().get('/', honoGuard(options)(), (c) => c.text(''));
    app.onError((_error, c) => c.body(null, 500));
    return (await app.request('/', { headers: authorized })).status;
  },
  async fetch(options) {
    const GET = fetchGuard(options)([], () => new Response());
    const answered = async () => GET(new Request('http://x/', { headers: authorized }));
    return answered().then(
      ({ status }) => status,
      () => 500,
    );
  },
  async trpc(options) {
    const t = initTRPC.context<object>().meta<GuardMeta>().create();
    const guard = trpcGuard({ ...options, headers: () => new Headers(authorized) });
    const router = t.router({ name: t.procedure.use(guard).query(() => '') });
    const req = new Request('http://x/name');
    return (await fetchRequestHandler({ endpoint: '', req, router, createContext: () => ({}) })).status;
  },
};
const frameworks = Object.keys(statusBehind);

/** Has a handler of Node's listen until the test ends. */
async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(Object.entries(expresses))('%s', (_, make) => {
  test('a guard before a router guards what is mounted, and its handlers find the key', async () => {
    const guard = expressGuard({ verify });
    const router = make.Router().get('/name', (req, res) => void res.json(keyOf(req).name));
    const app = make().use('/api', guard(), router);
    const url = await listen(app);
    expect((await fetch(`${url}/api/name`)).status).toBe(401);
    expect((await fetch(`${url}/api/other`)).status).toBe(401);
    expect((await fetch(`${url}/other`)).status).toBe(404);
    const response = await fetch(`${url}/api/name`, { headers: authorized });
    expect(await response.json()).toBe('Key');
  });

  test('what a handler throws goes to the error handler', async () => {
    const guard = expressGuard({ verify });
    const thrown: unknown[] = [];
    const app = make()
      .get('/throws', guard(), () => {
        throw new Error('throws');
      })
      .get('/open', (req, res) => void res.json(keyOf(req)))
      .use(((error, _req, res, _next) => {
        thrown.push(error.message);
        res.status(500).end();
      }) satisfies express.ErrorRequestHandler);
    const url = await listen(app);
    for (const path of ['/throws', '/open'])
      expect((await fetch(url + path, { headers: authorized })).status).toBe(500);
    expect(thrown).toEqual(['throws', 'No guard has let this request in.']);
  });

  test.each([new Error('own'), undefined, 'route'])(
    'a hook that throws %s lets nobody in',
    async (thrown) => {
      const guard = expressGuard({
        ...failing,
        onUnavailable: () => {
          throw thrown;
        },
      });
      const app = make().get('/', guard(), (_req, res) => void res.end());
      app.get('/', (_req, res) => void res.end());
      app.use(
        ((_error, _req, res, _next) => void res.status(500).end()) satisfies express.ErrorRequestHandler,
      );
      expect((await fetch(await listen(app), { headers: authorized })).status).toBe(500);
    },
  );

  test('a second Authorization header is not overlooked, as by any server of Node with headersOf', async () => {
    const guard = expressGuard({ verify });
    const plain = createGuard({ verify });
    const urls = [
      await listen(make().get('/', guard(), (_req, res) => void res.end())),
      await listen(async (req, res) => {
        const checked = await plain.check(headersOf(req));
        res.writeHead(checked.ok ? 200 : checked.status).end();
      }),
    ];
    const headers = ['Host', 'x', 'Authorization', authorized.Authorization, 'Authorization', 'Bearer other'];
    for (const url of urls) {
      const sent = request(url, { headers }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      expect(response.statusCode).toBe(400);
    }
  });

  test('a request whose headers were set, and not parsed, shows its key', async () => {
    const app = make().get('/', expressGuard({ verify })(), (_req, res) => void res.end());
    // As serverless-http makes requests.
    const made = Object.assign(new IncomingMessage(new Socket()), {
      method: 'GET',
      url: '/',
      headers: { authorization: authorized.Authorization },
    });
    const response = new ServerResponse(made);
    app(made, response);
    await vi.waitUntil(() => response.writableEnded);
    expect(response.statusCode).toBe(200);
  });
});

describe.each(frameworks)('in %s', (framework) => {
  const statusWith = (options: GuardOptions) => statusBehind[framework]?.(options);

  test('a good key is let in', async () => {
    expect(await statusWith({ verify })).toBe(200);
  });

  test('a hook that throws fails the request, and does not let it in', async () => {
    expect(await statusWith(failing)).toBe(500);
  });

  test('a hook that rejects harms nobody: the request is refused, and the process goes on', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const onUnavailable = async () => {
      throw new Error('The log is full.');
    };
    const failure = { verify: () => Promise.reject(new Error('unreachable')) };
    expect(await statusWith({ verify: failure, onUnavailable: onUnavailable as never })).toBe(503);
    // Node looks for rejections that nobody handles when the queue of promises is empty.
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test.each(Object.entries(noVerdicts))(
    'a server that answers a verification %s lets nobody in, and is no verdict on anybody',
    async (_, answer) => {
      await using server = await misbehave(answer);
      const onUnavailable = vi.fn();
      const status = await statusWith({ verify: createLatchkey({ baseUrl: server.url }), onUnavailable });
      expect(status).toBe(503);
      expect(onUnavailable.mock.calls).toEqual([[expect.any(Error)]]);
    },
  );
});

test.each([...Object.keys(expresses), 'fastify'])(
  'in %s a client that leaves before the verdict harms nobody',
  async (name) => {
    const { verify: verifies, asked, answer } = waiting();
    const verdict = await verify.verify(authorized.Authorization.slice(7));
    let url: string;
    const make = expresses[name];
    if (make) {
      url = await listen(make().get('/', expressGuard({ verify: verifies })(), () => {}));
    } else {
      const app = Fastify();
      onTestFinished(() => app.close());
      await app.register(latchkey, { verify: verifies });
      app.get('/', () => '');
      url = await app.listen({ port: 0, host: '127.0.0.1' });
    }
    const leaving = request(url, { headers: authorized }).on('error', () => {});
    leaving.end();
    await asked;
    leaving.destroy();
    answer(verdict);
    expect((await fetch(url)).status).toBe(401);
  },
);

describe('fastify', () => {
  const start = async () => {
    const app = Fastify();
    onTestFinished(() => app.close());
    return app;
  };

  test('it guards its context and those registered after it, and no other', async () => {
    const app = await start();
    app.get('/open', () => 'open');
    app.register(async (api) => {
      api.get('/before', () => 'guarded');
      api.register(latchkey, { verify });
      api.get('/after', ({ apiKey }) => apiKey.name);
      api.register(async (child) => void child.get('/child', ({ apiKey }) => apiKey.name));
    });
    const statusOf = async (url: string, headers = {}) => (await app.inject({ url, headers })).statusCode;
    expect(await statusOf('/open')).toBe(200);
    for (const url of ['/before', '/after', '/child']) {
      expect(await statusOf(url), url).toBe(401);
      expect(await statusOf(url, authorized), url).toBe(200);
    }
    const head = await app.inject({ method: 'HEAD', url: '/child' });
    expect([head.statusCode, head.body]).toEqual([401, '']);
  });

  test('registered on the root, it also guards what there is no route for', async () => {
    const app = await start();
    app.register(latchkey, { verify });
    app.register(async (child) => void child.get('/', () => 'guarded'));
    for (const method of ['GET', 'OPTIONS', 'POST'] as const)
      expect((await app.inject({ method, url: '/nothing' })).statusCode, method).toBe(401);
    expect((await app.inject({ url: '/nothing', headers: authorized })).statusCode).toBe(404);
  });

  test('the config of a route says what it requires', async () => {
    const app = await start();
    await app.register(latchkey, { verify });
    app.get('/read', { config: { scopes: ['files:read'] } }, () => 'read');
    app.get('/write', { config: { scopes: ['files:write'] } }, () => 'written');
    app.get('/either', { config: { anyScopes: ['files:read', 'files:write'] } }, () => 'either');
    expect(() => app.get('/', { config: { scopes: ['files read'] } }, () => '')).toThrow(TypeError);
    const statusOf = async (url: string) => (await app.inject({ url, headers: authorized })).statusCode;
    expect(await Promise.all(['/read', '/write', '/either'].map(statusOf))).toEqual([200, 403, 200]);
  });

  test.each(mistakes)(
    'a config of %j stops the start, and before the plugin is loaded each request',
    async (wanted) => {
      const config = wanted as Requirement;
      const app = await start();
      app.register(async (api) => {
        await api.register(latchkey, { verify });
        api.get('/', { config }, () => '');
      });
      await expect(app.ready()).rejects.toThrow(TypeError);

      const late = await start();
      late.register(latchkey, { verify });
      late.get('/', { config }, () => '');
      expect((await late.inject({ url: '/', headers: authorized })).statusCode).toBe(500);
    },
  );

  test('the body is refused unread, and the answer does not depend on the schemas of the route', async () => {
    const app = await start();
    await app.register(latchkey, { verify });
    const response = { 401: { type: 'object', properties: { other: { type: 'string' } } } };
    app.post('/', { schema: { response }, bodyLimit: 1 }, () => '');
    const answer = await app.inject({ method: 'POST', url: '/', payload: { too: 'large' } });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
  });

  test('what a handler throws or rejects with is its own', async () => {
    const app = await start();
    await app.register(latchkey, { verify });
    app.get('/throws', () => {
      throw new Error('throws');
    });
    app.get('/rejects', async () => {
      throw new Error('rejects');
    });
    for (const url of ['/throws', '/rejects']) {
      const answer = await app.inject({ url, headers: authorized });
      expect([answer.statusCode, answer.json().message]).toEqual([500, url.slice(1)]);
    }
  });
});

describe('hono', () => {
  test('a refusal keeps the headers of what stands before the guard, and its own win', async () => {
    const guard = honoGuard({ verify });
    const app = new Hono()
      .use(cors())
      .use(async (c, next) => {
        c.header('WWW-Authenticate', 'Basic');
        c.header('Cache-Control', 'public');
        await next();
      })
      .get('/', guard(), (c) => c.json({}));
    const { headers } = await app.request('/');
    expect(headers.get('WWW-Authenticate')).toBe('Bearer realm="api"');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Content-Type')).toBe('application/problem+json');
  });

  test('the headers of limits are added to whatever response a handler makes', async () => {
    const guard = honoGuard({ verify });
    const app = new Hono()
      .use(guard())
      .get('/json', (c) => c.json({}))
      .get('/own', () => new Response('own'))
      .get('/redirect', () => Response.redirect('http://127.0.0.1/'))
      .get('/set', (c) => c.json({}, 200, { RateLimit: 'own' }))
      .get('/fails', () => {
        throw new HTTPException(418);
      });
    const answers = ['/json', '/own', '/redirect', '/set', '/fails'].map(async (path) => {
      const { status, headers } = await app.request(path, { headers: limited });
      return [status, headers.get('RateLimit')?.replace(/;.*/, '')];
    });
    expect(await Promise.all(answers)).toEqual([
      [200, '"burst"'],
      [200, '"burst"'],
      [302, '"burst"'],
      [200, 'own'],
      [418, '"burst"'],
    ]);
  });

  test('a secured route requires what its document says, before its body is looked at', async () => {
    const guard = honoGuard({ verify });
    const schema = z.object({ name: z.string() });
    const route = {
      method: 'post' as const,
      path: '/files/{id}' as const,
      security: [{ apiKey: ['files:write'] }, { apiKey: ['files:read', 'files:*'] }],
      request: { body: { required: true, content: { 'application/json': { schema } } } },
      responses: { 200: { description: 'Stored.' } },
    } satisfies RouteConfig;
    const app = new OpenAPIHono();
    const readable = { ...route, security: [{ apiKey: ['files:read'] }] };
    app.openapi(createRoute(guard.secured(readable)), (c) =>
      c.text(`${c.var.key.name} ${c.req.valid('json').name}`),
    );
    app.openapi(guard.secured(createRoute({ ...route, path: '/secured' })), (c) => c.text(c.var.key.name));
    const send = (path: string, headers: Record<string, string>, body: string) =>
      app.request(path, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body,
      });

    expect((await send('/files/1', {}, '{')).status).toBe(401);
    expect((await send('/files/1', authorized, '{}')).status).toBe(400);
    expect(await (await send('/files/1', authorized, '{"name":"a"}')).text()).toBe('Key a');
    const lacking = await send('/secured', authorized, '{"name":"a"}');
    expect(lacking.status).toBe(403);
    expect(await lacking.json()).toMatchObject({ missingScopes: ['files:write', 'files:*'] });

    const { paths } = app.getOpenAPIDocument({ openapi: '3.1.0', info: { title: 'Files', version: '1' } });
    expect(paths['/files/{id}']?.post?.security).toEqual(readable.security);
    expect(() => guard.secured({ security: undefined })).toThrow(TypeError);
  });
});

describe('fetch', () => {
  test('a handler gets the key, and what else it is called with', async () => {
    const guard = fetchGuard({ verify, clientIp: (_request, { remote }: { remote: string }) => remote });
    const GET = guard(
      'files:read',
      (request: Request, { key }, { remote }: { remote: string }, more: number) =>
        Response.json([request.method, key.name, remote, more]),
    );
    const answer = await GET(new Request('http://x/', { headers: authorized }), { remote: '203.0.113.7' }, 7);
    expect(await answer.json()).toEqual(['GET', 'Key', '203.0.113.7', 7]);
  });

  test('headers of limits do not stay on a response that is returned to others', async () => {
    const nothing = new Response(null, { status: 204 });
    const GET = fetchGuard({ verify })([], () => nothing);
    const ask = async (headers: HeadersInit) => (await GET(new Request('http://x/', { headers }))).headers;
    expect((await ask(limited)).get('RateLimit')).toMatch(/^"burst";r=\d+/);
    expect((await ask(authorized)).has('RateLimit')).toBe(false);
  });

  test('a response that is immutable, or fails, is passed on', async () => {
    const guard = fetchGuard({ verify });
    const redirects = guard([], () => Response.redirect('http://x/'));
    const fails = guard([], async () => {
      throw new Error('own');
    });
    const asked = new Request('http://x/', { headers: limited });
    expect(await redirects(asked)).toMatchObject({ status: 302 });
    await expect(fails(asked)).rejects.toThrow('own');
  });

  test('the answer to HEAD has no body', async () => {
    const answer = await fetchGuard({ verify })([], () => new Response())(
      new Request('http://x/', { method: 'HEAD' }),
    );
    expect([answer.status, answer.body]).toEqual([401, null]);
  });
});

describe('trpc', () => {
  const t = initTRPC.context<{ headers: Headers }>().meta<GuardMeta>().create();
  const ask = async (path: string, headers: Record<string, string>) => {
    const guarded = t.procedure.use(trpcGuard({ verify, headers: ({ headers }) => headers }));
    const router = t.router({
      name: guarded.query(({ ctx }) => ctx.key.name),
      write: guarded.meta({ scopes: ['files:write'] }).query(({ ctx }) => ctx.key.name),
      fails: guarded.query(() => {
        throw new Error('own');
      }),
    });
    const response = await fetchRequestHandler({
      endpoint: '',
      req: new Request(`http://x/${path}`, { headers }),
      router,
      createContext: ({ req }) => ({ headers: req.headers }),
      responseMeta,
    });
    return {
      status: response.status,
      challenge: response.headers.get('WWW-Authenticate'),
      body: await response.json(),
    };
  };

  test('the key is in the context, and the meta says what is required', async () => {
    expect(await ask('name', authorized)).toMatchObject({ status: 200, body: { result: { data: 'Key' } } });
    expect(await ask('write', authorized)).toMatchObject({
      status: 403,
      challenge: 'Bearer realm="api", error="insufficient_scope", scope="files:write"',
      body: { error: { message: 'The key lacks a scope.', data: { code: 'FORBIDDEN', httpStatus: 403 } } },
    });
    expect(await ask('name', {})).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' });
  });

  test.each(mistakes)('a meta of %j fails the call', async (wanted) => {
    const guarded = t.procedure.use(trpcGuard({ verify, headers: ({ headers }) => headers }));
    const name = guarded.meta(wanted as Requirement).query(({ ctx }) => ctx.key.name);
    const caller = t.createCallerFactory(t.router({ name }))({ headers: new Headers(authorized) });
    await expect(caller.name()).rejects.toMatchObject({ cause: expect.any(TypeError) });
  });

  test('what a procedure throws is its own', async () => {
    expect(await ask('fails', authorized)).toMatchObject({
      status: 500,
      challenge: null,
      body: { error: { message: 'own' } },
    });
  });

  test('each call of a batch has an answer of its own', async () => {
    const { status, body } = await ask('name,write?batch=1&input={}', authorized);
    expect(status).toBe(207);
    expect(body).toMatchObject([{ result: { data: 'Key' } }, { error: { data: { code: 'FORBIDDEN' } } }]);
  });
});

test('a requirement that is misspelt or missing does not compile, and stops a program in JavaScript', () => {
  const handler = () => new Response();
  const missing = undefined as string | undefined;
  const mistakes = [
    // @ts-expect-error: it is called scopes
    () => honoGuard({ verify })({ scope: ['files:read'] }),
    // @ts-expect-error: it is called scopes
    () => expressGuard({ verify })({ scope: ['files:read'] }),
    // @ts-expect-error: it is called scopes
    () => fetchGuard({ verify })({ scope: ['files:read'] }, handler),
    // @ts-expect-error: it may be undefined
    () => honoGuard({ verify })(missing),
    // @ts-expect-error: it may be undefined
    () => expressGuard({ verify })(missing),
    // @ts-expect-error: it may be undefined
    () => fetchGuard({ verify })(missing, handler),
  ];
  for (const mistake of mistakes) expect(mistake).toThrow(TypeError);
  const { procedure } = initTRPC.meta<GuardMeta>().create();
  // @ts-expect-error: it is called scopes
  procedure.meta({ scope: ['files:read'] });
});
