import type { Logger } from 'pino';
import { dayLength } from '../../decide/durations.ts';
import { sweepClosedAccount } from '../background/closed-accounts.ts';
import { sweepSessions } from '../background/ended-sessions.ts';
import { sweepIdempotencyKeys } from '../background/idempotency-keys.ts';
import { noticeExpiries, noticeUnused } from '../background/notices.ts';
import { sweepCounts } from '../background/old-counts.ts';
import { sweepEvents } from '../background/old-events.ts';
import { Sweeper } from '../background/sweeper.ts';
import { sweepTombstones } from '../background/tombstones.ts';
import { vacuumTable } from '../background/vacuum.ts';
import type { Database } from '../db/schema.ts';
import { messageOf } from '../errors.ts';
import type { Freshness } from '../replication/freshness.ts';
import { countRetention } from '../usage/report.ts';
import type { Config } from './config.ts';

/** In milliseconds. */
const vacuumInterval = 600_000;
/** When the first sweeps begin. Requests come first: in the embedded database, statements run one after the other. */
const firstSweeps = 1_000;

interface Swept {
  db: Database;
  freshness: Pick<Freshness, 'now'>;
  log: Logger;
  /** The embedded database is vacuumed here; a server does it by itself. */
  isEmbedded: boolean;
}

/** Starts the background jobs. */
export function sweepersOf(config: Config, { db, freshness, log, isEmbedded }: Swept): Sweeper[] {
  const eventRetention = config.EVENT_RETENTION_DAYS * dayLength;
  const tombstoneRetention = config.TOMBSTONE_DAYS * dayLength;
  const failedAccounts = new Set<string>();
  const inBackground = (
    job: string,
    failure: string,
    step: (db: Database, now: number) => Promise<boolean>,
    idle?: number,
  ) =>
    new Sweeper(
      () => step(db, freshness.now()),
      (error) => log.warn({ reason: messageOf(error) }, failure),
      { job, first: firstSweeps, idle },
    );
  return [
    inBackground('accounts', 'deleted accounts are not swept', (db, now) =>
      sweepClosedAccount(db, now, failedAccounts),
    ),
    inBackground('sessions', 'ended sessions are not swept', sweepSessions),
    inBackground('idempotency_keys', 'Idempotency-Keys are not swept', sweepIdempotencyKeys),
    inBackground('expiries', 'expiring keys are not noticed', noticeExpiries),
    inBackground('unused_keys', 'unused keys are not noticed', noticeUnused),
    inBackground('counts', 'old counts are not swept', (db, now) => sweepCounts(db, now, countRetention)),
    inBackground('tombstones', 'old tombstones are not swept', (db, now) =>
      sweepTombstones(db, now, tombstoneRetention),
    ),
    ...(eventRetention > 0
      ? [
          inBackground('events', 'old events are not swept', (db, now) =>
            sweepEvents(db, now, eventRetention),
          ),
        ]
      : []),
    ...(isEmbedded
      ? [inBackground('vacuum', 'the embedded database is not vacuumed', vacuumTable, vacuumInterval)]
      : []),
  ];
}
