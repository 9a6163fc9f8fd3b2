import { betterAuth } from './bench/better-auth.ts';
import { create } from './bench/create.ts';
import type { Line } from './bench/figures.ts';
import { limitedAgainstUpdates, limitedHot, limitedStatements } from './bench/limits.ts';
import { machine, missing } from './bench/machine.ts';
import { partition, revocation } from './bench/revocation.ts';
import type { Used } from './bench/servers.ts';
import { coldKeys, connections, fewKeys, hotKeys, manyKeys, rounds, seconds } from './bench/settings.ts';
import { size } from './bench/size.ts';
import { start } from './bench/start.ts';
import { changes, guarded, guardedByBetterAuth, idle, inProcess, reconnect } from './bench/verifier.ts';
import { authorized, cold, forged, hot } from './bench/verify.ts';

/** What Latchkey's speed is held against, as a Markdown table: `npm run bench`, or some of it: `npm run bench hot`. */

const many = (count: number) => count.toLocaleString('en');
const rows: Record<string, (used: Used) => Promise<Line[]>> = {
  'verify, hot, node': (used) => hot(used, 'node', 'answers'),
  'verify, hot, bun': (used) => hot(used, 'bun', 'answers'),
  'verify, hot, deno': (used) => hot(used, 'deno', 'answers'),
  'verify, hot, node, one answer': (used) => hot(used, 'node', 'answer'),
  'verify, hot, bun, one answer': (used) => hot(used, 'bun', 'answer'),
  'verify, hot, deno, one answer': (used) => hot(used, 'deno', 'answer'),
  'authorize, hot, node': (used) => authorized(used, 'node'),
  'authorize, hot, bun': (used) => authorized(used, 'bun'),
  'authorize, hot, deno': (used) => authorized(used, 'deno'),
  'verify, forged': forged,
  ...Object.fromEntries(
    coldKeys.map((keys) => [`verify, cold, ${many(keys)} keys`, (used: Used) => cold(used, keys)]),
  ),
  'verify, limits, hot': limitedHot,
  'verify, limits, one key, against an UPDATE each': (used) => limitedAgainstUpdates(used, 1, 10),
  [`verify, limits, ${many(hotKeys)} keys, against an UPDATE each`]: (used) =>
    limitedAgainstUpdates(used, hotKeys),
  'verify, limits, one key on 4 replicas': limitedStatements,
  'verifier, in process, node': (used) => inProcess(used, 'node'),
  'verifier, in process, bun': (used) => inProcess(used, 'bun'),
  'verifier, in process, deno': (used) => inProcess(used, 'deno'),
  'verifier, guarded endpoint against an open one': (used) => guarded(used, 'none'),
  'verifier, guarded endpoint against a guard over HTTP': (used) => guarded(used, 'http'),
  'verifier, guarded endpoint against Better Auth': guardedByBetterAuth,
  'verifier, 1,000 idle': idle,
  'verifier, DELETE with none': (used) => changes(used, 0),
  'verifier, DELETE with 100': (used) => changes(used, 100),
  'verifier, DELETE with 1,000': (used) => changes(used, 1_000),
  'verifier, 1,000 and a replica that restarts': (used) => reconnect(used, 'SIGTERM'),
  'verifier, 1,000 and a replica that is killed': (used) => reconnect(used, 'SIGKILL'),
  'verify, Better Auth': betterAuth,
  create,
  'revocation, 4 replicas': revocation,
  'revocation, one of 4 partitioned': partition,
  'start, existing data': start,
  [`size, ${many(manyKeys)} keys against ${many(fewKeys)}`]: size,
};

const lacking = missing();
if (lacking) {
  console.error(lacking);
  process.exit(1);
}
const [wanted = ''] = process.argv.slice(2);
let used = new AsyncDisposableStack();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted = true;
    used.disposeAsync().finally(() => process.exit(1));
  });

console.log(`${machine()}.

Both sides in turn, ${rounds} rounds of ${seconds} s each after a warm-up as long: medians, the median of the rounds' ratios, and their spread. wrk holds ${connections.loaded} connections, for \`size\` ${connections.calm}. In \`hot\`, \`authorize\`, \`forged\`, \`limits\` (not on 4 replicas) and \`verifier\` (in process, and the guarded endpoint) the measured process has one core, and wrk and Postgres have the others; else all share all. In \`create\`, \`revocation\`, \`verifier, DELETE\`, against Better Auth and against an UPDATE each Postgres waits for the disk, else it does not. In \`cold\` and \`size\` each token is asked for once, in random order; \`size\` takes at least 10 short rounds.

| what | figure | Latchkey | against | ratio | spread | goal | met |
| --- | --- | --- | --- | --- | --- | --- | --- |`);

const cells = ({ figure, ours, against = '', ratio = '', spread = '', goal = '', met }: Line) =>
  [figure, ours, against, ratio, spread, goal, met === undefined ? '' : met ? 'yes' : '**no**'].join(' | ');

for (const [name, run] of Object.entries(rows)) {
  if (!name.includes(wanted)) continue;
  try {
    for (const line of await run(used)) console.log(`| ${name} | ${cells(line)} |`);
  } catch (error) {
    console.log(
      `| ${name} | failed: ${String(error instanceof Error && error.cause ? error.cause : error).replaceAll(/\s+/g, ' ')} | | | | | | **no** |`,
    );
  }
  if (interrupted) break;
  await used.disposeAsync().catch((error) => console.error(error));
  used = new AsyncDisposableStack();
}
if (!interrupted) process.exit();
