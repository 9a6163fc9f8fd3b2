import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { client, deployment, newAccount, workers } from '../../scripts/support/client.ts';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { startProcess } from '../../scripts/support/service.ts';
import { openPGlite } from '../../server/db/pglite.ts';
import { openPostgres } from '../../server/db/postgres.ts';
import type { Database } from '../../server/db/schema.ts';

export interface KillFigures {
  rounds: number;
  acknowledged: number;
  lost: number;
  withoutEvent: number;
  /** Keys that a restarted service did not verify. */
  unverified: number;
  /** The longest start after a kill, in milliseconds. */
  slowestStart: number;
}

/** A key whose creation was answered. */
interface Acknowledged {
  id: string;
  token: string;
}

/** Kills the service with SIGKILL while it creates keys, and starts it again on the same data, for some rounds. */
export async function kill(
  store: 'embedded' | 'Postgres',
  { rounds = 2, writers = 12, loadMs = 700 } = {},
): Promise<KillFigures> {
  await using used = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
  used.defer(() => rm(directory, { recursive: true, force: true }));
  const secrets = await deployment();
  let env: Record<string, string> = { ...secrets, DATA_DIR: directory };
  let open = () => openPGlite(join(directory, 'database'));
  if (store === 'Postgres') {
    const postgres = await startPostgres();
    used.defer(() => postgres.stop());
    env = { ...secrets, DATABASE_URL: postgres.url };
    open = () => openPostgres(postgres.url);
  }

  const all: Acknowledged[] = [];
  let accountId: string | undefined;
  let unverified = 0;
  let slowestStart = 0;
  let last: Acknowledged[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    await using service = await startProcess({ env });
    if (round > 0) slowestStart = Math.max(slowestStart, Math.round(performance.now() - began));
    const at = { url: service.url, token: secrets.OPERATOR_TOKEN };
    unverified += await countUnverified(at, last);
    if (round === rounds) break;

    accountId ??= await newAccount(at);
    const path = `/v1/keys?accountId=${accountId}`;
    const acknowledged: Acknowledged[] = [];
    const load = workers(writers, at, async (send) => {
      const { status, body } = await send('POST', path, { name: 'Key' });
      if (status === 201) acknowledged.push(JSON.parse(body));
      return status === 201;
    });
    // Each round dies at another moment.
    await pause(loadMs * (0.5 + Math.random()));
    await service.stop('SIGKILL');
    await load;
    all.push(...acknowledged);
    last = acknowledged;
  }

  await using db = await open();
  const { lost, withoutEvent } = await compare(db, all);
  return { rounds, acknowledged: all.length, lost, withoutEvent, unverified, slowestStart };
}

/** How many of these keys the service does not call valid. */
async function countUnverified(at: { url: string; token: string }, keys: Acknowledged[]): Promise<number> {
  const { send, close } = client(at.url, at.token);
  let unverified = 0;
  for (const { token } of keys) {
    const { body } = await send('POST', '/v1/keys/verify', { token });
    if (!body.includes('"valid":true')) unverified += 1;
  }
  close();
  return unverified;
}

/** How many acknowledged keys are not stored, and how many stored ones have no trace of their minting. */
async function compare(db: Database, acknowledged: Acknowledged[]) {
  const stored = new Set((await db.selectFrom('keys').select('id').execute()).map(({ id }) => id));
  const minted = db.selectFrom('events').select('key_id').where('type', '=', 'key.minted');
  const recorded = new Set((await minted.execute()).map(({ key_id }) => key_id));
  const lost = acknowledged.filter(({ id }) => !stored.has(id.replace('key_', ''))).length;
  return { lost, withoutEvent: [...stored].filter((id) => !recorded.has(id)).length };
}
