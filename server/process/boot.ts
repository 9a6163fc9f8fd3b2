import type { Logger } from 'pino';
import type { z } from 'zod';
import { GenerationalCache } from '../../decide/generational-cache.ts';
import { Attempts } from '../accounts/attempts.ts';
import { createApp } from '../app.ts';
import { sweepClosedAccount } from '../background/closed-accounts.ts';
import { sweepSessions } from '../background/ended-sessions.ts';
import { sweepIdempotencyKeys } from '../background/idempotency-keys.ts';
import { noticeExpiries, noticeUnused } from '../background/notices.ts';
import { sweepCounts } from '../background/old-counts.ts';
import { sweepEvents } from '../background/old-events.ts';
import { Sweeper } from '../background/sweeper.ts';
import { sweepTombstones } from '../background/tombstones.ts';
import { vacuumTable } from '../background/vacuum.ts';
import type { ServiceContext } from '../context.ts';
import { endWithin } from '../db/dialect.ts';
import { openPGlite } from '../db/pglite.ts';
import { deadline, openListener, openPostgres, poolSizeOf } from '../db/postgres.ts';
import type { Database } from '../db/schema.ts';
import { CannotStart, messageOf } from '../errors.ts';
import { clientOf, type Fetch, type Peer, type ReadHeader } from '../http/peer.ts';
import type { OpenSocket, SocketHandler } from '../http/websocket.ts';
import { createSigner, newSigningKeys, type PrivateJwkSet, type Signer } from '../jwt/signing.ts';
import { KeyInserts } from '../keys/inserts.ts';
import { FetchedKeys, type GithubKeys, pinned } from '../leaks/github-keys.ts';
import { Blocks } from '../limits/blocks.ts';
import { type Freshness, SoleReplica } from '../replication/freshness.ts';
import { type Notices, Replica } from '../replication/replica.ts';
import { ResponseCounts } from '../response-counts.ts';
import { newToken } from '../token.ts';
import { Usage } from '../usage/recorder.ts';
import { countRetention } from '../usage/report.ts';
import { longestClose as longestLeave, Verifiers } from '../verifiers/verifiers.ts';
import { openKeyCache } from '../verify/open-key-cache.ts';
import { Verifications } from '../verify/verifications.ts';
import { type Config, defaultPolicyOf, jwkSetText, operatorTokensText, publicUrlOf } from './config.ts';
import { type DataDir, openDataDir } from './data-dir.ts';
import { longestDrain } from './drain.ts';
import type { Gather } from './gather.ts';
import { createLog } from './log.ts';
import { Metrics, textOf } from './metrics.ts';
import { Progress } from './progress.ts';

/**
 * How long `close` takes at most on Postgres, in milliseconds, where the database says nothing. One after the other:
 * units of limits arrive and are given back, a flush of uses ends and the last one is sent, the row in `replicas` is
 * deleted, and the connections are closed.
 */
const longestClose = (2 + 2 + 1) * deadline + endWithin * 1_000;
/**
 * How long a process takes at most to stop, in milliseconds: `leave`, a drain, and `close`. deploy/ and docs/OPERATIONS.md
 * give it longer before it is killed.
 */
export const longestStop = longestLeave + longestDrain + longestClose;

/** A service that is ready to answer. Each runtime listens in its own way: see `node.ts`, `bun.ts`, `deno.ts`. */
export interface Service {
  log: Logger;
  fetch: Fetch;
  /** Takes the WebSocket of a verifier. */
  openVerifier: (socket: OpenSocket, header: ReadHeader, peer: Peer) => SocketHandler;
  /**
   * Sends everybody elsewhere: `/readyz` answers 503 from now on, and verifiers are asked to move to another replica. Then
   * it closes the connections of those that do not move. Call it first of all: these verify over HTTP from then on.
   * Resolves when no verifier answers by what it was told here.
   */
  leave: () => Promise<void>;
  /** Flushes recorded uses and closes the database. Call it when no request is in flight and no verifier connected. */
  close: () => Promise<void>;
}

/**
 * Opens everything the service needs.
 * @param gather collects the metrics of all workers
 * @throws CannotStart with one line that says what is wrong
 */
export async function boot(config: Config, gather: Gather): Promise<Service> {
  const log = createLog(config.LOG_LEVEL);
  const metrics = new Metrics();
  const { db, freshness, signer, operatorTokens, dataDir, connections } = await open(config, log, metrics);
  const keys = openKeyCache(db, freshness, config.CACHE_MB * 2 ** 20);
  const limits = new Blocks(db, { isFresh: () => freshness.isFresh() });
  freshness.subscribe({ limits });
  const publicUrl = publicUrlOf(config);
  const usage = new Usage(db, (error) =>
    log.warn({ reason: messageOf(error) }, 'uses of keys are not written'),
  );
  const verifications = new Verifications();
  const responseCounts = new ResponseCounts();
  const gathered = gather(() => metrics.snapshot());
  let isStopping = false;
  const context: ServiceContext = {
    db,
    keys,
    limits,
    keyInserts: new KeyInserts(db),
    settled: () => freshness.settled(),
    now: () => freshness.now(),
    usage,
    callerHashes: new GenerationalCache(100),
    verifications,
    responseCounts,
    metrics: async () => textOf(await gathered()),
    log,
    isStopping: () => isStopping,
    operatorTokens,
    attempts: new Attempts(),
    contracts: config.CONTRACTS,
    publicUrl,
    signer,
    tokenPrefixes: config.TOKEN_PREFIX,
    introspectionMaxAge: config.INTROSPECTION_MAX_AGE,
    signUp: config.SIGN_UP,
    defaultPolicy: defaultPolicyOf(config),
    leakPolicy: config.LEAK_POLICY,
    githubKeys: githubKeysOf(config, log),
    corsOrigins: config.CORS_ORIGINS,
    clientIpHeader: config.CLIENT_IP_HEADER,
  };
  const app = createApp(context);
  const verifiers = new Verifiers(context, freshness);
  metrics.measure({ responseCounts, verifications, keys, limits, freshness, usage, verifiers, connections });
  const eventRetention = config.EVENT_RETENTION_DAYS * day;
  const tombstoneRetention = config.TOMBSTONE_DAYS * day;
  const inBackground = (
    failure: string,
    step: (db: Database, now: number) => Promise<boolean>,
    idle?: number,
  ) =>
    new Sweeper(
      () => step(db, freshness.now()),
      (error) => log.warn({ reason: messageOf(error) }, failure),
      { first: firstSweeps, idle },
    );
  const sweepers = [
    inBackground('deleted accounts are not swept', sweepClosedAccount),
    inBackground('ended sessions are not swept', sweepSessions),
    inBackground('Idempotency-Keys are not swept', sweepIdempotencyKeys),
    inBackground('expiring keys are not noticed', noticeExpiries),
    inBackground('unused keys are not noticed', noticeUnused),
    inBackground('old counts are not swept', (db, now) => sweepCounts(db, now, countRetention)),
    inBackground('old tombstones are not swept', (db, now) => sweepTombstones(db, now, tombstoneRetention)),
    ...(eventRetention > 0
      ? [inBackground('old events are not swept', (db, now) => sweepEvents(db, now, eventRetention))]
      : []),
    ...(dataDir ? [inBackground('the embedded database is not vacuumed', vacuumTable, vacuumInterval)] : []),
  ];

  return {
    log,
    fetch: app.fetch,
    openVerifier: (socket, header, peer) =>
      verifiers.accept({ ...socket, client: () => clientOf(header, peer, context) }),
    leave() {
      isStopping = true;
      return verifiers.close();
    },
    async close() {
      // Together: each may wait for a slow database.
      await Promise.all([...sweepers, limits].map((part) => part.close()));
      await usage.close().catch((error) => log.error({ reason: messageOf(error) }, 'uses of keys were lost'));
      metrics[Symbol.dispose]();
      await freshness.close();
      await db.destroy();
      await dataDir?.[Symbol.asyncDispose]();
    },
  };
}

function githubKeysOf({ GITHUB_SECRET_SCANNING_KEYS: keys }: Config, log: Logger): GithubKeys | undefined {
  if (keys !== 'fetch') return keys && pinned(keys);
  return new FetchedKeys((error) =>
    log.warn({ reason: messageOf(error) }, 'the public keys of GitHub are not fetched'),
  );
}

/** In milliseconds. */
const day = 86_400_000;
const vacuumInterval = 600_000;
/** When the first sweeps begin. Requests come first: in the embedded database, statements run one after the other. */
const firstSweeps = 1_000;

const unknownNotification = 'a notification of an unknown kind arrived: the cache was dropped';

/** Logs what a replica reports, and measures its barriers. */
const noticesIn = (log: Logger, metrics: Metrics): Notices => ({
  lost: (error) =>
    log.warn(
      { reason: messageOf(error) },
      'the listener connection is lost: every verification asks the database',
    ),
  unknown: (text) => log.warn({ kind: text.split(' ')[0]?.slice(0, 20) }, unknownNotification),
  current: () => log.info('the listener connection is back: verifications are answered from the cache'),
  waited: metrics.barrier,
});

/** What a start opens, and what the secrets beside it make. */
interface Opened {
  db: Database;
  freshness: Freshness;
  signer: Signer;
  operatorTokens: readonly string[];
  dataDir?: DataDir;
  /** How many connections the pool has at most; undefined for the embedded database. */
  connections?: number;
}

/** Opens the database that the configuration names. */
async function open(config: Config, log: Logger, metrics: Metrics): Promise<Opened> {
  const progress = new Progress(log);
  const notices = noticesIn(log, metrics);
  try {
    return config.DATABASE_URL
      ? await openShared(config, config.DATABASE_URL, notices, metrics, progress)
      : await openEmbedded(config, notices, metrics, progress);
  } finally {
    progress.end();
  }
}

/** A signer with these keys. `source` names where they come from, for the error if they are invalid. */
async function signerOf(keys: PrivateJwkSet, source: string, config: Config): Promise<Signer> {
  try {
    return await createSigner(keys, { issuer: publicUrlOf(config), siteName: config.SITE_NAME });
  } catch (error) {
    throw new CannotStart(`${source} cannot be used: ${messageOf(error)}`);
  }
}

/** A Postgres server, with secrets that all replicas share. */
async function openShared(
  config: Config,
  url: string,
  notices: Notices,
  metrics: Metrics,
  { begin }: Progress,
): Promise<Opened> {
  const { SIGNING_KEYS, OPERATOR_TOKEN } = config;
  if (!SIGNING_KEYS || !OPERATOR_TOKEN) throw new CannotStart('SIGNING_KEYS and OPERATOR_TOKEN must be set.');
  const signer = await signerOf(SIGNING_KEYS, 'SIGNING_KEYS', config);
  try {
    begin('connecting to Postgres and bringing its schema up to date');
    const db = await openPostgres(url, metrics.query);
    const freshness = new Replica(db, openListener(url), notices);
    begin('listening to Postgres for changes to keys');
    await freshness.start();
    return { db, freshness, signer, operatorTokens: OPERATOR_TOKEN, connections: poolSizeOf(url) };
  } catch (error) {
    throw new CannotStart(`The database at DATABASE_URL cannot be used: ${messageOf(error)}.`);
  }
}

/** The embedded database, with secrets that the first start creates beside it. */
async function openEmbedded(
  config: Config,
  notices: Notices,
  metrics: Metrics,
  { begin }: Progress,
): Promise<Opened> {
  begin(`checking whether another process uses the data in ${config.DATA_DIR}`);
  const dataDir = await openDataDir(config.DATA_DIR);
  try {
    const operatorTokens = config.OPERATOR_TOKEN ?? (await keptOperatorTokens(dataDir));
    const signer = await signerOf(
      config.SIGNING_KEYS ?? (await keptSigningKeys(dataDir)),
      config.SIGNING_KEYS ? 'SIGNING_KEYS' : dataDir.path('signing-keys.json'),
      config,
    );
    const freshness = new SoleReplica(notices.unknown);
    begin(`opening the embedded database in ${config.DATA_DIR}: the first time takes some seconds`);
    const db = await openPGlite(
      dataDir.path('database'),
      (message) => freshness.hear(message),
      metrics.query,
    );
    return { db, freshness, dataDir, signer, operatorTokens };
  } catch (error) {
    await dataDir[Symbol.asyncDispose]();
    throw error;
  }
}

/** The operator token of an embedded database: created at first start, stored beside it. */
const keptOperatorTokens = (dataDir: DataDir): Promise<string[]> =>
  kept(dataDir, 'operator-token', operatorTokensText, () => newToken('lko_'));

/** The signing keys of an embedded database, likewise. */
const keptSigningKeys = (dataDir: DataDir): Promise<PrivateJwkSet> =>
  kept(dataDir, 'signing-keys.json', jwkSetText, async () => JSON.stringify(await newSigningKeys()));

/** The content of a private file, parsed by its schema. */
async function kept<Secret>(
  dataDir: DataDir,
  name: string,
  schema: z.ZodType<Secret>,
  make: () => string | Promise<string>,
): Promise<Secret> {
  const { success, data } = schema.safeParse(await dataDir.secret(name, make));
  if (!success) throw new CannotStart(`${dataDir.path(name)} is damaged: restore it, or delete it.`);
  return data;
}
