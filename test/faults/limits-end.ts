import { setTimeout as pause } from 'node:timers/promises';
import type { Send } from '../../scripts/support/client.ts';
import { startFleet } from '../support/fleet.ts';
import { load, mint, verdictOf } from './limits-load.ts';

/** What becomes of the units that a replica holds when it ends. */

export interface EndFigures {
  quota: number;
  accepted: number;
  /** What the row has left at the end. */
  remaining: number;
  ends: number;
  /** Requests without an answer: whether they were spent, nobody knows. */
  unanswered: number;
}

/** Spends a quota on replicas that are ended one after the other in mid-load, and replaced. */
export async function endReplicas(
  signal: 'SIGTERM' | 'SIGKILL',
  { ends = 8, loadMs = 400 } = {},
): Promise<EndFigures> {
  await using fleet = await startFleet();
  const quota = 1_000_000;
  const { id, token } = await mint(fleet, { quota: { remaining: quota } });
  const figures = { quota, accepted: 0, ends: 0, unanswered: 0 };
  let done = false;
  const spend = async (send: Send) => {
    const answer = await send('POST', '/v1/keys/verify', { token });
    if (verdictOf(answer)?.valid) figures.accepted += 1;
    // A connection that is refused has sent nothing.
    else if (answer.status === 0 && answer.error !== 'ECONNREFUSED') figures.unanswered += 1;
    if (answer.status === 0) await pause(20);
  };
  const ending = async () => {
    for (; figures.ends < ends; figures.ends += 1) {
      await pause(loadMs);
      await fleet.end(figures.ends % fleet.size, signal);
      await fleet.start(figures.ends % fleet.size);
    }
    done = true;
  };
  await Promise.all([load(fleet, 4, () => done, spend), ending()]);
  const states = () =>
    fleet.call<{ data: { ungranted: number; held: number }[] }>(
      'GET',
      `/v1/keys/${id}/limits?accountId=${fleet.accountId}`,
    );
  let state = (await states()).data[0];
  while (state && state.held > 0) {
    await pause(100);
    state = (await states()).data[0];
  }
  return { ...figures, remaining: state?.ungranted ?? 0 };
}
