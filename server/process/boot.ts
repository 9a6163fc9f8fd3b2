import type { Logger } from 'pino';
import { GenerationalCache } from '../../decide/generational-cache.ts';
import { PasswordAttempts } from '../accounts/password-attempts.ts';
import { createApp } from '../app.ts';
import type { ServiceContext } from '../context.ts';
import { endWithin } from '../db/dialect.ts';
import { answerDeadline } from '../db/postgres.ts';
import { messageOf, NoWorkerAnswered } from '../errors.ts';
import { clientOf, type Fetch, type Peer, type ReadHeader } from '../http/peer.ts';
import type { OpenSocket, SocketHandler } from '../http/websocket.ts';
import { KeyInserts } from '../keys/inserts.ts';
import { FetchedKeys, type GithubKeys, pinned } from '../leaks/github-keys.ts';
import { Blocks } from '../limits/blocks.ts';
import { ResponseCounts } from '../response-counts.ts';
import { UsageRecorder } from '../usage/recorder.ts';
import { longestLeave, Verifiers } from '../verifiers/verifiers.ts';
import { openKeyCache } from '../verify/open-key-cache.ts';
import { Verifications } from '../verify/verifications.ts';
import type { Config } from './config.ts';
import { longestDrain } from './drain.ts';
import type { Gather } from './gather.ts';
import { createLog } from './log.ts';
import { Metrics, prometheusText } from './metrics.ts';
import { open } from './open.ts';
import { settingsOf } from './settings.ts';
import { sweepersOf } from './sweepers.ts';

/**
 * How long `close` takes at most on Postgres, in milliseconds, where the database says nothing. One after the other:
 * units of limits arrive and are given back, a flush of uses ends and two more are sent, the row in `replicas` is deleted,
 * and the connections are closed.
 */
const longestClose = (2 + 3 + 1) * answerDeadline + endWithin * 1_000;
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
  /** Counts a response to a request that the runtime's own server refuses before `fetch` sees it. */
  countRefused: (status: number) => void;
  /**
   * Sends everybody elsewhere: `/readyz` answers 503 from now on, and verifiers are asked to move to another replica. Then
   * it closes the connections of those that do not move. Call it first of all: these verify over HTTP from then on.
   * Resolves when no verifier answers by what it was told here.
   */
  leave: () => Promise<void>;
  /**
   * Flushes recorded uses and closes the database. Call it when no verifier is connected. Requests that are still in
   * flight fail, and their uses are lost.
   */
  close: () => Promise<void>;
}

/**
 * Opens everything the service needs.
 * @param gather collects the metrics of all workers
 * @param lost called when the process must end at once, with a line that says why: see `openDataDir`
 * @throws CannotStart with one line that says what is wrong
 */
export async function boot(
  config: Config,
  { gather, lost }: { gather: Gather; lost: (line: string) => void },
): Promise<Service> {
  const log = createLog(config.LOG_LEVEL);
  const metrics = new Metrics();
  const { db, freshness, signer, operatorTokens, dataDir, connections } = await open({
    config,
    log,
    metrics,
    lost,
  });
  const keys = openKeyCache(db, freshness, config.CACHE_MB * 2 ** 20);
  const limits = new Blocks(db, { isFresh: () => freshness.isFresh() });
  freshness.subscribe({ limits });
  const usage = new UsageRecorder(db, (error) =>
    log.warn({ reason: messageOf(error) }, 'uses of keys are not written'),
  );
  const verifications = new Verifications();
  const responseCounts = new ResponseCounts();
  const gathered = gather(() => metrics.snapshot());
  let isStopping = false;
  const context: ServiceContext = {
    ...settingsOf(config),
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
    async metrics() {
      const shares = await gathered();
      if (shares.length === 0) throw new NoWorkerAnswered();
      return prometheusText(shares);
    },
    log,
    isStopping: () => isStopping,
    operatorTokens,
    passwordAttempts: new PasswordAttempts(),
    signer,
    githubKeys: githubKeysOf(config, log),
  };
  const app = createApp(context);
  const verifiers = new Verifiers(context, freshness);
  const sweepers = sweepersOf(config, { db, freshness, isEmbedded: dataDir !== undefined, log });
  metrics.measure({
    responseCounts,
    verifications,
    keys,
    limits,
    freshness,
    usage,
    verifiers,
    sweepers,
    connections,
  });

  return {
    log,
    fetch: app.fetch,
    countRefused: responseCounts.ofStatus('none'),
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
