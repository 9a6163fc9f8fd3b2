import type { Logger } from 'pino';
import type { z } from 'zod';
import { openPGlite } from '../db/pglite.ts';
import { areStatementsBounded, openListener, openPostgres, poolSizeOf } from '../db/postgres.ts';
import type { Database } from '../db/schema.ts';
import { CannotStart, messageOf } from '../errors.ts';
import { createSigner, newSigningKeys, type PrivateJwkSet, type Signer } from '../jwt/signing.ts';
import type { Freshness } from '../replication/freshness.ts';
import { type Notices, Replica } from '../replication/replica.ts';
import { SoleReplica } from '../replication/sole-replica.ts';
import { lineInterval, throttled } from '../throttled.ts';
import { newToken, operatorPrefix } from '../token.ts';
import { type Config, jwkSetText, operatorTokensText, publicUrlOf } from './config.ts';
import { type DataDir, openDataDir } from './data-dir.ts';
import type { Metrics } from './metrics.ts';
import { Progress } from './progress.ts';

const unboundedStatements =
  "statement_timeout and lock_timeout of the service's role are not between 1 ms and 4 s, so that a statement can hold its connection for ever: `alter role … set statement_timeout = '3s'` and lock_timeout = '2500ms'";
const unknownNotification = 'a notification of an unknown kind arrived: the cache was dropped';

/** Logs what a replica reports, and measures its barriers. */
export const noticesIn = (log: Logger, metrics: Metrics): Notices => {
  const warnOfSilent = throttled(lineInterval, (leftOut, replicas: readonly string[]) =>
    log.warn({ replicas, leftOut }, 'a change waited in vain for replicas that did not confirm it'),
  );
  return {
    lost: (error) =>
      log.warn(
        { reason: messageOf(error) },
        'the listener connection is lost: every verification asks the database',
      ),
    unknown: throttled(lineInterval, (leftOut, text: string) =>
      log.warn({ kind: text.split(' ')[0]?.slice(0, 20), leftOut }, unknownNotification),
    ),
    current: () => log.info('the listener connection is back: verifications are answered from the cache'),
    waited: (milliseconds, confirmed, silent) => {
      metrics.observeBarrier(milliseconds, confirmed);
      if (silent.length > 0) warnOfSilent(silent);
    },
  };
};

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

/** What is needed to open it. `lost`: see `openDataDir`. */
interface Needed {
  config: Config;
  log: Logger;
  metrics: Metrics;
  lost: (line: string) => void;
}

/**
 * Opens the database that the configuration names.
 * @throws CannotStart with one line that says what is wrong
 */
export async function open(needed: Needed): Promise<Opened> {
  const { config, log, metrics } = needed;
  const progress = new Progress(log);
  const opening = { ...needed, notices: noticesIn(log, metrics), begin: progress.begin };
  try {
    return config.DATABASE_URL ? await openShared(opening, config.DATABASE_URL) : await openEmbedded(opening);
  } finally {
    progress.end();
  }
}

interface Opening extends Needed {
  notices: Notices;
  /** Says what is done next, if that takes long. */
  begin: Progress['begin'];
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
async function openShared({ config, notices, log, metrics, begin }: Opening, url: string): Promise<Opened> {
  const { SIGNING_KEYS, OPERATOR_TOKEN } = config;
  if (!SIGNING_KEYS || !OPERATOR_TOKEN) throw new CannotStart('SIGNING_KEYS and OPERATOR_TOKEN must be set.');
  const signer = await signerOf(SIGNING_KEYS, 'SIGNING_KEYS', config);
  try {
    begin('connecting to Postgres and bringing its schema up to date');
    const db = await openPostgres(url, metrics.observeQuery);
    if (!(await areStatementsBounded(db))) log.warn(unboundedStatements);
    const freshness = new Replica(db, openListener(url), notices);
    begin('listening to Postgres for changes to keys');
    await freshness.start();
    log.info({ replica: freshness.id }, 'this is how the log of another replica names this one');
    return { db, freshness, signer, operatorTokens: OPERATOR_TOKEN, connections: poolSizeOf(url) };
  } catch (error) {
    throw new CannotStart(`The database at DATABASE_URL cannot be used: ${messageOf(error)}.`);
  }
}

/** The embedded database, with secrets that the first start creates beside it. */
async function openEmbedded({ config, notices, metrics, lost, begin }: Opening): Promise<Opened> {
  begin(`checking whether another process uses the data in ${config.DATA_DIR}`);
  const dataDir = await openDataDir(config.DATA_DIR, lost);
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
      metrics.observeQuery,
    );
    return { db, freshness, dataDir, signer, operatorTokens };
  } catch (error) {
    await dataDir[Symbol.asyncDispose]();
    throw error;
  }
}

/** The operator token of an embedded database: created at first start, stored beside it. */
const keptOperatorTokens = (dataDir: DataDir): Promise<string[]> =>
  kept(dataDir, 'operator-token', operatorTokensText, () => newToken(operatorPrefix));

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
