import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { decodeJwt } from 'jose';
import pino, { type LevelWithSilent } from 'pino';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import { createLatchkey, type Latchkey, type LatchkeyOptions } from '../../clients/typescript/client.ts';
import { contractNames } from '../../decide/contracts.ts';
import { maxFrameBytes, verifierPath } from '../../decide/frames.ts';
import { GenerationalCache } from '../../decide/generational-cache.ts';
import { onlyMaxKeys } from '../../decide/policy.ts';
import { PasswordAttempts } from '../../server/accounts/password-attempts.ts';
import { createApp } from '../../server/app.ts';
import type { ServiceContext } from '../../server/context.ts';
import { openListener, openPostgres } from '../../server/db/postgres.ts';
import type { Database } from '../../server/db/schema.ts';
import { openWebSockets, upgradesTo } from '../../server/http/websocket.ts';
import { createSigner, newSigningKeys } from '../../server/jwt/signing.ts';
import { KeyInserts } from '../../server/keys/inserts.ts';
import { Blocks } from '../../server/limits/blocks.ts';
import { Metrics, prometheusText } from '../../server/process/metrics.ts';
import type { Freshness } from '../../server/replication/freshness.ts';
import { Replica } from '../../server/replication/replica.ts';
import { SoleReplica } from '../../server/replication/sole-replica.ts';
import { ResponseCounts } from '../../server/response-counts.ts';
import { newToken } from '../../server/token.ts';
import { UsageRecorder } from '../../server/usage/recorder.ts';
import { Verifiers } from '../../server/verifiers/verifiers.ts';
import { openKeyCache } from '../../server/verify/open-key-cache.ts';
import { Verifications } from '../../server/verify/verifications.ts';
import { assertConforms } from './conformance.ts';
import { openEmbedded } from './embedded.ts';
import { githubKeys } from './github.ts';
import { assertKept, tokensIn } from './leaks.ts';

const baseUrl = 'http://latchkey.test';
/** Where every request comes from. */
export const clientIp = '192.0.2.1';
export const password = 'correct horse battery';

/** An account that is signed in: an access token of now, and a client that always has a fresh one. */
export interface SignedIn {
  email: string;
  accountId: string;
  accessToken: string;
  refreshToken: string;
  client: Latchkey;
}

export interface TestService {
  context: ServiceContext;
  db: Database;
  /** What each request goes through: the service itself, with every answer checked against its contract. */
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** The typed client, as this bearer. */
  as: (token?: LatchkeyOptions['token']) => Latchkey;
  operator: Latchkey;
  operatorToken: string;
  /** A new account, signed in. */
  signIn: () => Promise<SignedIn>;
  /** Listens on a port of this machine, for clients that need one: verifiers. It ends with the test file. */
  listen: () => Promise<string>;
  verifiers: Verifiers;
  /** Moves the clock on. */
  pass: (milliseconds: number) => void;
  /** The lines that were logged. */
  logs: string[];
}

/** What a test file opened, to be closed after it: the last first. */
const cleanUp = new AsyncDisposableStack();
afterAll(() => cleanUp.disposeAsync());

/** An empty database of the kind this project tests, migrated; gone after the test file. */
async function openTestDatabase(metrics: Metrics): Promise<{ db: Database; freshness: Freshness }> {
  if (inject('database') === 'pglite') {
    const freshness = new SoleReplica((text) => {
      throw new Error(`Heard ${text}.`);
    });
    const { db, close } = await openEmbedded((message) => freshness.hear(message), metrics.observeQuery);
    cleanUp.defer(close);
    return { db, freshness };
  }
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  cleanUp.defer(drop);
  const db = await openPostgres(url, metrics.observeQuery);
  cleanUp.defer(() => db.destroy());
  const freshness = new Replica(db, openListener(url), {
    lost() {},
    current() {},
    unknown() {},
    waited: metrics.observeBarrier,
  });
  cleanUp.defer(() => freshness.close());
  await freshness.start();
  return { db, freshness };
}

/** Creates an empty database on a server. */
export async function createDatabase(serverUrl: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
    await admin.unsafe(statement);
    await admin.end();
  };
  await run(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) };
}

/** On one of the databases everything is logged, on the other as much as in production. */
const usualLogLevel = () => (inject('database') === 'pglite' ? 'trace' : 'info');

interface ServiceOptions extends Partial<ServiceContext> {
  logLevel?: LevelWithSilent;
}

/**
 * The service on a database of its own, with a clock that stands still until it is moved. Call it once in a test
 * file, in beforeAll. After the file no token that was issued may stand in the database or the logs.
 * @param options what differs from an ordinary deployment
 */
export async function startService({
  logLevel = usualLogLevel(),
  ...options
}: ServiceOptions = {}): Promise<TestService> {
  const metrics = new Metrics();
  cleanUp.use(metrics);
  const { db, freshness } = await openTestDatabase(metrics);
  const keys = openKeyCache(db, freshness, 2 ** 20);
  const limits = new Blocks(db, { isFresh: () => freshness.isFresh() });
  freshness.subscribe({ limits });
  cleanUp.defer(() => limits.close());
  let now = Date.UTC(2026, 0, 31, 12);
  const logs: string[] = [];
  const operatorToken = newToken('lko_');
  const context: ServiceContext = {
    db,
    keys,
    limits,
    keyInserts: new KeyInserts(db),
    settled: () => freshness.settled(),
    now: () => now,
    usage: new UsageRecorder(db, (error) => {
      throw error;
    }),
    callerHashes: new GenerationalCache(100),
    verifications: new Verifications(),
    responseCounts: new ResponseCounts(),
    metrics: async () => prometheusText([{ value: await metrics.snapshot() }]),
    signer: await createSigner(await newSigningKeys(), { issuer: baseUrl, siteName: 'Share' }),
    log: pino({ level: logLevel }, { write: (line: string) => logs.push(line) }),
    isStopping: () => false,
    operatorTokens: [operatorToken],
    passwordAttempts: new PasswordAttempts(),
    contracts: contractNames,
    publicUrl: baseUrl,
    tokenPrefixes: ['lk_'],
    introspectionMaxAge: 60,
    signUp: 'open',
    defaultPolicy: onlyMaxKeys(1_000),
    leakPolicy: 'notify',
    githubKeys,
    corsOrigins: ['*'],
    clientIpHeader: undefined,
    ...options,
  };
  cleanUp.defer(() => context.usage.close());
  const app = createApp(context);
  const verifiers = new Verifiers(context, freshness);
  metrics.measure({
    ...context,
    keys,
    freshness,
    ...(inject('database') === 'postgres' && { connections: 10 }),
    verifiers,
    sweepers: [{ job: 'events', succeededAt: now }],
  });
  cleanUp.defer(() => verifiers.close());
  const issued = new Set([operatorToken]);
  cleanUp.defer(() => assertKept(issued, db, logs));

  const send = async (request: Request) => {
    const response = await app.fetch(await onTheWire(request), { ip: () => clientIp });
    await assertConforms(request, response);
    for (const token of tokensIn(await response.clone().text())) issued.add(token);
    return response;
  };
  const as = (token?: LatchkeyOptions['token']) => createLatchkey({ baseUrl, token, fetch: send });

  const listen = async () => {
    const server = createServer(
      { shouldUpgradeCallback: upgradesTo(verifierPath) },
      // Else it replaces the global Response with its own, in which only one response can be made of another.
      // A clone is a Request of the runtime, with all its methods. The adapter's own has no `bytes`.
      getRequestListener((request) => send(request.clone()), { overrideGlobalObjects: false }),
    );
    openWebSockets(server, maxFrameBytes, (socket) =>
      verifiers.accept({ ...socket, client: () => ({ ip: clientIp, userAgent: null }) }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp.defer(async () => {
      await verifiers.close();
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  let accounts = 0;
  return {
    context,
    db,
    logs,
    as,
    operator: as(operatorToken),
    operatorToken,
    verifiers,
    listen,
    fetch: (path, init) => send(new Request(new URL(path, baseUrl), init)),
    pass: (milliseconds) => {
      now += milliseconds;
    },
    async signIn() {
      const email = `account${++accounts}@example.com`;
      const created = expectData(await as().POST('/v1/accounts', { body: { email, password } }));
      const session = expectData(await as().POST('/v1/sessions', { body: { email, password } }));
      const { accessToken, refreshToken } = session;
      const accountId = created.id.slice(4);
      const { sid: sessionId } = decodeJwt<{ sid: string }>(accessToken);
      const client = as(() => context.signer.signAccess({ accountId, sessionId }, now));
      return { email, accountId: created.id, accessToken, refreshToken, client };
    },
  };
}

/** A request as it arrives: with the length of its body, which fetch adds when it sends it. */
async function onTheWire(request: Request): Promise<Request> {
  const { headers } = request;
  if (!request.body || headers.has('content-length') || headers.has('transfer-encoding')) return request;
  const { byteLength } = await request.clone().arrayBuffer();
  headers.set('Content-Length', String(byteLength));
  return request;
}

/** The data of an answer that must be a success. */
export function expectData<Data>({
  data,
  error,
  response,
}: {
  data?: Data;
  error?: unknown;
  response: Response;
}): Data {
  if (data === undefined)
    throw new Error(`${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}
