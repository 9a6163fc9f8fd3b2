import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { client, newAccount, type Send, workers } from '../../scripts/support/client.ts';
import { startProcess } from '../../scripts/support/service.ts';
import type { Database } from '../../server/db/schema.ts';
import { type DataStore, newData } from './data.ts';

export interface KillRotationFigures {
  rounds: number;
  /** Rotations that were carried through to their end. */
  finished: number;
  /** Rotations that a kill interrupted: before the answer, before the first use, or before the end. */
  interrupted: number;
  /** Tokens that were good when the service was killed, and not after. */
  lockedOut: number;
  /** Repeated rotations that were answered otherwise than the first time, or not at all. */
  answeredOtherwise: number;
  /** Tokens that were accepted after the end of their rotation was answered. */
  acceptedAfter: number;
  /** Rows of tokens that no key names. */
  strays: number;
}

/** Somebody with a key, who rotates it. */
interface Holder {
  id: string;
  /** What is in use. */
  token: string;
  /** A rotation under way, and the new token once it was received. */
  rotation?: { idempotencyKey: string; token?: string } | undefined;
  /** Tokens whose end was answered. */
  ended: string[];
}

const isDone = ({ status }: { status: number }) => status === 200;

/** Kills the service with SIGKILL while keys are rotated, and starts it again on the same data, for some rounds. */
export async function killRotation(
  store: DataStore,
  { rounds = 2, holders: count = 12, loadMs = 700 } = {},
): Promise<KillRotationFigures> {
  await using used = new AsyncDisposableStack();
  const { env, operatorToken, open } = await newData(used, store);
  const figures = { finished: 0, interrupted: 0, lockedOut: 0, answeredOtherwise: 0, acceptedAfter: 0 };
  const holders: Holder[] = [];
  let query = '';

  const rotate = (send: Send, { id }: Holder, idempotencyKey: string) =>
    send('POST', `/v1/keys/${id}/rotate${query}`, {}, { 'Idempotency-Key': idempotencyKey });
  const finish = (send: Send, { id }: Holder) => send('POST', `/v1/keys/${id}/rotation/finish${query}`);
  const isValid = async (send: Send, token: string) =>
    (await send('POST', '/v1/keys/verify', { token })).body.startsWith('{"valid":true');

  /** Uses the new token, and ends the old one. @returns whether all of it was answered */
  const complete = async (send: Send, holder: Holder, token: string): Promise<boolean> => {
    if (!(await isValid(send, token))) return false;
    const old = holder.token;
    Object.assign(holder, { token, rotation: undefined });
    if (!isDone(await finish(send, holder))) return false;
    holder.ended.push(old);
    figures.finished += 1;
    return true;
  };

  const carryThrough = async (send: Send, holder: Holder): Promise<boolean> => {
    const idempotencyKey = randomUUID();
    holder.rotation = { idempotencyKey };
    const answer = await rotate(send, holder, idempotencyKey);
    if (!isDone(answer)) return false;
    holder.rotation.token = JSON.parse(answer.body).token;
    return complete(send, holder, JSON.parse(answer.body).token);
  };

  /** After a kill: whatever was good is good, the call that was interrupted is answered, and the rotation goes on. */
  const recover = async (send: Send, holder: Holder): Promise<void> => {
    if (!(await isValid(send, holder.token))) figures.lockedOut += 1;
    for (const token of holder.ended) if (await isValid(send, token)) figures.acceptedAfter += 1;
    const { rotation } = holder;
    if (!rotation) {
      // Whether the end was done that had no answer, nobody knows.
      await finish(send, holder);
      return;
    }
    const { status, body } = await rotate(send, holder, rotation.idempotencyKey);
    const { token = rotation.token } = status === 200 ? JSON.parse(body) : {};
    // An answer that arrived is not given again once its token was used, which the kill may have hidden from us.
    const isUsed = status === 409 && rotation.token !== undefined;
    const isSame = status === 200 && (rotation.token ?? token) === token;
    if (!isUsed && !isSame) figures.answeredOtherwise += 1;
    if (token === undefined) return;
    if (!(await complete(send, holder, token))) figures.lockedOut += 1;
  };

  for (let round = 0; round <= rounds; round += 1) {
    await using service = await startProcess({ env });
    const at = { url: service.url, token: operatorToken };
    query ||= `?accountId=${await newAccount(at)}`;
    const { send, close } = client(at.url, at.token);
    for (const holder of holders) await recover(send, holder);
    while (holders.length < count) {
      const { body } = await send('POST', `/v1/keys${query}`, { name: 'Key' });
      holders.push({ ...JSON.parse(body), ended: [] });
    }
    close();
    if (round === rounds) break;
    const load = workers(count, at, async (send, worker) => {
      const holder = holders[worker];
      return holder !== undefined && carryThrough(send, holder);
    });
    // Each round dies at another moment.
    await pause(loadMs * (0.5 + Math.random()));
    await service.stop('SIGKILL');
    await load;
    figures.interrupted += count;
  }

  await using db = await open();
  return { rounds, ...figures, strays: await straysIn(db) };
}

async function straysIn(db: Database): Promise<number> {
  const { count } = await db
    .selectFrom('tokens')
    .innerJoin('keys', 'keys.id', 'tokens.key_id')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where(({ and, eb, ref }) =>
      and(
        (['current_hash', 'next_hash', 'previous_hash'] as const).map((name) =>
          eb('tokens.hash', 'is distinct from', ref(`keys.${name}`)),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return count;
}
