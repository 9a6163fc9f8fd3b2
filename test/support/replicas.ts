import { EventEmitter } from 'node:events';
import type { KyselyPlugin } from 'kysely';
import { inject, vi } from 'vitest';
import { KeyCache } from '../../decide/key-cache.ts';
import { onlyMaxKeys } from '../../decide/policy.ts';
import { openListener, openPostgres } from '../../server/db/postgres.ts';
import type { Database } from '../../server/db/schema.ts';
import { withoutRequest } from '../../server/events/recording.ts';
import { operatorAccountId } from '../../server/id.ts';
import { KeyInserts } from '../../server/keys/inserts.ts';
import type { Key } from '../../server/keys/keys.ts';
import { mintKey } from '../../server/keys/minting.ts';
import { Replica } from '../../server/replication/replica.ts';
import { hashText, newToken } from '../../server/token.ts';
import { KeyLookup } from '../../server/verify/key-lookup.ts';
import { createDatabase } from './harness.ts';

/** Replicas share a server: an embedded database has but one process. */
export const hasReplicas = inject('database') === 'postgres';

export const act = withoutRequest('operator', Date.now());

/** A replica and its cache, without the service around them. */
export interface TestReplica extends AsyncDisposable {
  db: Database;
  replica: Replica;
  keys: KeyCache;
  /** How often the database was asked for a key, and with how many queries. */
  asked: number;
  queries: number;
  /** The replicas that its last barrier waited for in vain. */
  silent: readonly string[];
  /** `lost` and `current`. */
  notices: EventEmitter;
  settled: () => Promise<void>;
}

/** @param listenerUrl where its listener connection leads, if elsewhere */
export async function openReplica(url: string, listenerUrl = url): Promise<TestReplica> {
  const db = await openPostgres(url);
  const notices = new EventEmitter();
  const replica = new Replica(db, openListener(listenerUrl), {
    lost: () => notices.emit('lost'),
    current: () => notices.emit('current'),
    unknown: () => notices.emit('unknown'),
    waited: (_milliseconds, _confirmed, silent) => {
      opened.silent = silent;
    },
  });
  await replica.start();
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      opened.queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const lookup = new KeyLookup(db.withPlugin(counting), (...reading) => replica.readClock(...reading));
  const keys = new KeyCache({
    find: (hash) => {
      opened.asked += 1;
      return lookup.find(hash);
    },
    isFresh: () => replica.isFresh(),
    bytes: 2 ** 20,
  });
  replica.subscribe({ cache: keys });
  const opened: TestReplica = {
    ...{ db, replica, keys, notices, silent: [], asked: 0, queries: 0 },
    settled: () => replica.settled(),
    async [Symbol.asyncDispose]() {
      await replica.close();
      await db.destroy();
    },
  };
  return opened;
}

/** Opens a replica whose own clock is an hour slow. */
export async function openSlow(...urls: Parameters<typeof openReplica>): Promise<TestReplica> {
  const { timeOrigin } = performance;
  const origin = vi.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(timeOrigin - 3_600_000);
  try {
    return await openReplica(...urls);
  } finally {
    origin.mockRestore();
  }
}

/** An empty database that replicas can share, and how to reach it through something else. */
export async function shareDatabase() {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  return {
    url,
    /** The port of its server. */
    port: Number(new URL(url).port),
    /** Its URL through what listens on a port of this machine. */
    through({ port }: { port: number }): string {
      const other = new URL(url);
      other.port = String(port);
      return other.href;
    },
    [Symbol.asyncDispose]: drop,
  };
}
export type SharedDatabase = Awaited<ReturnType<typeof shareDatabase>>;

/** Mints a key in the operator's account, or as the facts say. */
export async function mintOn(
  { db }: { db: Database },
  facts: Partial<Pick<Key, 'accountId' | 'expiresAt' | 'roles'>> = {},
): Promise<{ id: string; token: string; hash: string }> {
  const token = newToken('lk_');
  const key = {
    accountId: operatorAccountId,
    name: 'Key',
    scopes: [],
    metadata: {},
    expiresAt: null,
    ...facts,
  };
  const { id } = await mintKey(
    { db, keyInserts: new KeyInserts(db), defaultPolicy: onlyMaxKeys(1_000) },
    { ...key, token, within: undefined },
    act,
  );
  return { id, token, hash: hashText(token) };
}
