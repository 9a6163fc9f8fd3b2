import { fullDisk, readOnlyDisk } from './disk.ts';
import { kill } from './kill.ts';
import { killRotation } from './kill-rotation.ts';
import { fewUnits, steady } from './limits-demand.ts';
import { endInSilence, endReplicas } from './limits-end.ts';
import { naive } from './limits-naive.ts';
import { overshoot } from './limits-overshoot.ts';
import { badNetwork, outage } from './outage.ts';
import { pgbouncer } from './pgbouncer.ts';
import { revocations } from './revocation.ts';
import { signIns } from './signins.ts';
import { sigterm } from './sigterm.ts';
import { slow } from './slow.ts';
import { unread } from './unread.ts';
import { verifiers } from './verifiers.ts';

/** The long rounds of test/faults, as a Markdown table: `npm run faults`, or some of them: `npm run faults kill`. */

const runtimes = ['node', 'bun', 'deno'] as const;

/** Within how many milliseconds a runtime has cut off every client that reads nothing: see server/bun.ts and node.ts. */
const cutOffWithin = (runtime: (typeof runtimes)[number]) => (runtime === 'bun' ? 110_000 : 40_000);

const noPgBouncer = 'skipped: it takes PgBouncer, as `apt-get install pgbouncer` brings it';

/** What Unkey tests its own limiter with; and as much in a second at a cost of 1, for a third of the time. */
const dear = { limit: 162_000, windowSeconds: 60, cost: 1_500 };
const wide = { limit: 54_000, windowSeconds: 20 };
/** Few units, of many keys. */
const few = { limit: 5, windowSeconds: 60, keys: 50 };

const rounds: Record<string, () => Promise<unknown>> = {
  'kill, embedded': () => kill('embedded', { rounds: 20, loadMs: 1000 }),
  'kill, Postgres': () => kill('Postgres', { rounds: 20, loadMs: 1000 }),
  'kill in rotations, embedded': () => killRotation('embedded', { rounds: 20 }),
  'kill in rotations, Postgres': () => killRotation('Postgres', { rounds: 20 }),
  'outage, fast': () => outage('fast'),
  'outage, immediate': () => outage('immediate'),
  'network, cut': () => badNetwork('cut'),
  'network, flapping': () => badNetwork('flap', { faultMs: 5000 }),
  'network, half-closed': () => badNetwork('halfClose', { faultMs: 6000 }),
  'network, stalled': () => badNetwork('stall', { faultMs: 8000 }),
  'revocation, 4 replicas, one cut off again and again': () => revocations({ count: 2000 }),
  'verifiers, 8 in 4 replicas, killed, frozen, held up, cut off': () => verifiers({ count: 2000 }),
  'limits, 4 replicas, killed, frozen, cut off, changed': () => overshoot({ windows: 500, restarts: 2 }),
  'limits, SIGTERM': () => endReplicas('SIGTERM'),
  'limits, SIGTERM while Postgres is silent for 1.5 s': () => endInSilence(1_500),
  'limits, SIGTERM while Postgres is silent for 6 s': () => endInSilence(6_000),
  'limits, frozen': () => endReplicas('SIGSTOP'),
  'limits, kill -9': () => endReplicas('SIGKILL'),
  'limits, 5 in a day': () => fewUnits(),
  'limits, 162,000 in 60 s, cost 1,500, load of 3x': () => steady({ ...dear, share: 3 }),
  'limits, the same with counters that are written behind': () => naive({ ...dear, share: 3 }),
  'limits, 5 in 60 s, 80 % load': () => steady({ ...few, share: 0.8 }),
  'limits, 5 in 60 s, load of 2x': () => steady({ ...few, share: 2 }),
  'limits, 100 in 10 s, 80 % load': () => steady({ limit: 100, windowSeconds: 10, share: 0.8, windows: 3 }),
  'limits, 100 in 10 s, load of 2x': () => steady({ limit: 100, windowSeconds: 10, share: 2, windows: 3 }),
  'limits, 54,000 in 20 s, 80 % load': () => steady({ ...wide, share: 0.8 }),
  'limits, 54,000 in 20 s, load of 2x': () => steady({ ...wide, share: 2 }),
  'pgbouncer, session pooling': async () => (await pgbouncer('session')) ?? noPgBouncer,
  'pgbouncer, transaction pooling': async () => (await pgbouncer('transaction')) ?? noPgBouncer,
  ...Object.fromEntries(
    runtimes.map((runtime) => [
      `SIGTERM, ${runtime}, 5 times`,
      async () => {
        const seen = [];
        for (let round = 0; round < 5; round += 1) seen.push(await sigterm(runtime));
        return {
          answered: seen.reduce((sum, { answered }) => sum + answered, 0),
          resets: seen.reduce((sum, { resets }) => sum + resets, 0),
          exitCodes: seen.map(({ exitCode }) => exitCode),
          slowest: Math.max(...seen.map(({ ms }) => ms)),
        };
      },
    ]),
  ),
  ...Object.fromEntries(
    runtimes.map((runtime) => [`sign-ins of clients that hang up, ${runtime}`, () => signIns(runtime)]),
  ),
  'disk, full': () => fullDisk({ refusals: 200 }),
  'disk, no room for the log': () => fullDisk({ leave: 14_000_000 }),
  'disk, read-only': readOnlyDisk,
  'slow headers': () => slow('headers', { connections: 2000, forMs: 15_000 }),
  'slow bodies': () => slow('body', { connections: 2000, forMs: 15_000 }),
  ...Object.fromEntries(
    runtimes.flatMap((runtime) => [
      [
        `unread, ${runtime}, the script of the docs`,
        () => unread('script', runtime, { connections: 1000, forMs: cutOffWithin(runtime) }),
      ],
      [
        `unread, ${runtime}, batch answers`,
        () => unread('batch', runtime, { connections: 100, forMs: cutOffWithin(runtime) }),
      ],
      [
        `unread, ${runtime}, 1,000 requests sent ahead`,
        () => unread('pipelined', runtime, { connections: 10, forMs: 5_000 }),
      ],
    ]),
  ),
  'idle connections': () => slow('idle', { connections: 10_000, forMs: 5_000 }),
};

const [wanted = ''] = process.argv.slice(2);
const text = (figures: unknown) =>
  figures !== null && typeof figures === 'object'
    ? Object.entries(figures)
        .map(([name, value]) => `${name} ${JSON.stringify(value).replaceAll('"', '')}`)
        .join(', ')
    : String(figures ?? 'skipped: it takes root to mount a disk');

const chosen = Object.entries(rounds).filter(([name]) => name.includes(wanted));
if (chosen.length === 0) {
  console.error(`No round has "${wanted}" in its name:\n${Object.keys(rounds).join('\n')}`);
  process.exit(1);
}
console.log('| what was done | figures; times in ms |\n| --- | --- |');
for (const [name, run] of chosen) console.log(`| ${name} | ${text(await run())} |`);
process.exit();
