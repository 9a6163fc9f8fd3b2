import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { client, newAccount, type Send, workers } from '../../scripts/support/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import type { Database } from '../../server/db/schema.ts';
import { type DataStore, newData } from './data.ts';

export interface KillFigures {
  rounds: number;
  acknowledged: number;
  lost: number;
  withoutEvent: number;
  /** Calls that were repeated after a restart, and not answered with the token they were answered with before. */
  answeredOtherwise: number;
  /** Keys beyond one for each call, all of which were repeated. */
  createdTwice: number;
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

/** A call that creates a key; without `acknowledged` where it had no answer. */
interface Call {
  idempotencyKey: string;
  acknowledged?: Acknowledged;
}

/** Creates a key, or gets the one that the same call has created. */
async function create(send: Send, path: string, { idempotencyKey }: Call): Promise<Acknowledged | undefined> {
  const { status, body } = await send('POST', path, { name: 'Key' }, { 'Idempotency-Key': idempotencyKey });
  return status === 201 ? JSON.parse(body) : undefined;
}

/** Kills the service with SIGKILL while it creates keys, and starts it again on the same data, for some rounds. */
export async function kill(
  store: DataStore,
  { rounds = 2, writers = 12, loadMs = 700 } = {},
): Promise<KillFigures> {
  await using used = new AsyncDisposableStack();
  const { env, operatorToken, open } = await newData(used, store);

  const calls: Call[] = [];
  let acknowledged = 0;
  let path = '';
  let answeredOtherwise = 0;
  let unverified = 0;
  let slowestStart = 0;
  let last: Call[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    await using service = await startProcess({ env });
    if (round > 0) slowestStart = Math.max(slowestStart, Math.round(performance.now() - began));
    const at = { url: service.url, token: operatorToken };
    answeredOtherwise += await repeat(at, path, last);
    unverified += await countUnverified(at, last);
    if (round === rounds) break;

    path ||= `/v1/keys?accountId=${await newAccount(at)}`;
    const called: Call[] = [];
    const load = workers(writers, at, async (send) => {
      const call: Call = { idempotencyKey: randomUUID() };
      called.push(call);
      const key = await create(send, path, call);
      if (key) call.acknowledged = key;
      return key !== undefined;
    });
    // Each round dies at another moment.
    await pause(loadMs * (0.5 + Math.random()));
    await service.stop('SIGKILL');
    await load;
    acknowledged += called.filter((call) => call.acknowledged).length;
    calls.push(...called);
    last = called;
  }

  await using db = await open();
  const found = await compare(db, calls);
  return { rounds, acknowledged, ...found, answeredOtherwise, unverified, slowestStart };
}

/**
 * Repeats calls, also those that had an answer, and those that had none become acknowledged.
 * @returns how many were not answered, or not with the token of before
 */
async function repeat(at: { url: string; token: string }, path: string, calls: Call[]): Promise<number> {
  const { send, close } = client(at.url, at.token);
  let otherwise = 0;
  for (const call of calls) {
    const key = await create(send, path, call);
    if (!key || (call.acknowledged && call.acknowledged.token !== key.token)) otherwise += 1;
    if (key) call.acknowledged = key;
  }
  close();
  return otherwise;
}

/** How many of these keys the service does not call valid. */
async function countUnverified(at: { url: string; token: string }, calls: Call[]): Promise<number> {
  const { send, close } = client(at.url, at.token);
  let unverified = 0;
  for (const { acknowledged } of calls) {
    const token = acknowledged?.token;
    const { body } = await send('POST', '/v1/keys/verify', { token });
    if (!body.includes('"valid":true')) unverified += 1;
  }
  close();
  return unverified;
}

/** How many acknowledged keys are not stored, how many have no trace of their minting, and how many are too many. */
async function compare(db: Database, calls: Call[]) {
  const stored = new Set((await db.selectFrom('keys').select('id').execute()).map(({ id }) => id));
  const minted = db.selectFrom('events').select('key_id').where('type', '=', 'key.minted');
  const recorded = new Set((await minted.execute()).map(({ key_id }) => key_id));
  const isLost = ({ acknowledged: { id } = { id: '', token: '' } }: Call) => !stored.has(id.slice(4));
  return {
    lost: calls.filter(isLost).length,
    withoutEvent: [...stored].filter((id) => !recorded.has(id)).length,
    createdTwice: stored.size - calls.length,
  };
}
