import { setTimeout as pause } from 'node:timers/promises';
import type { Send } from '../../scripts/support/client.ts';
import type { ServiceProcess } from '../../scripts/support/service.ts';
import { type Fleet, startFleet } from '../support/fleet.ts';
import { load, mint, verdictOf } from './limits-load.ts';

/** What becomes of the units that a replica holds when it ends, or does not run for a while. */

/** A frozen replica does not run for so long, in milliseconds: blocks end meanwhile, and trust. */
const frozenFor = 1_500;
/** How long units may take to come back after the load, in milliseconds. */
const patience = 5_000;

export interface EndFigures {
  quota: number;
  accepted: number;
  /** What the row has left at the end. */
  remaining: number;
  ends: number;
  /** Requests without an answer: whether they were spent, nobody knows. */
  unanswered: number;
}

/** Spends a quota on replicas that are ended, and replaced, or frozen, one after the other in mid-load. */
export async function endReplicas(
  signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP',
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
      const place = figures.ends % fleet.size;
      if (signal === 'SIGSTOP') await freeze(fleet.process(place));
      else {
        await fleet.end(place, signal);
        await fleet.start(place);
      }
    }
    done = true;
  };
  await Promise.all([load(fleet, 4, () => done, spend), ending()]);
  const left = await unitsLeft(fleet, id, quota - figures.accepted);
  return { ...figures, remaining: left };
}

/** Has a replica stop while its database says nothing for `silentFor` milliseconds. */
export async function endInSilence(
  silentFor: number,
): Promise<{ quota: number; accepted: number; remaining: number }> {
  await using fleet = await startFleet(1);
  const quota = 1_000_000;
  const { id, token } = await mint(fleet, { quota: { remaining: quota } });
  let accepted = 0;
  const until = performance.now() + 500;
  await load(
    fleet,
    4,
    () => performance.now() >= until,
    async (send) => {
      if (verdictOf(await send('POST', '/v1/keys/verify', { token }))?.valid) accepted += 1;
    },
  );
  fleet.proxy.stall();
  const ended = fleet.end(0, 'SIGTERM');
  await pause(silentFor);
  fleet.proxy.behave();
  await ended;
  await fleet.start(0);
  return { quota, accepted, remaining: await unitsLeft(fleet, id, quota - accepted) };
}

/** What a quota has left, when all blocks have come back that will: `expected`, if none is lost. */
async function unitsLeft(fleet: Fleet, id: string, expected: number): Promise<number> {
  const path = `/v1/keys/${id}/limits?accountId=${fleet.accountId}`;
  const until = performance.now() + patience;
  for (;;) {
    const { data } = await fleet.call<{ data: { ungranted: number; held: number }[] }>('GET', path);
    const { ungranted, held } = data[0] ?? { ungranted: 0, held: 0 };
    if (held === 0 && (ungranted >= expected || performance.now() >= until)) return ungranted;
    await pause(100);
  }
}

async function freeze(replica: ServiceProcess | undefined): Promise<void> {
  replica?.child.kill('SIGSTOP');
  await pause(frozenFor);
  replica?.child.kill('SIGCONT');
}
