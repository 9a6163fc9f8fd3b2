import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { startPostgres } from '../../scripts/support/postgres.ts';
import { weights } from './limits-load.ts';

/** How often the counters of `naive` are written and read, in milliseconds. */
const syncInterval = 1_000;

/**
 * The same load on counters that each process keeps for itself and adds to a row behind, reading the sum as it does:
 * how rate limiters that cost no round trip usually work. Four counters in this process, on one Postgres.
 * @returns how many units pass in one window
 */
export async function naive({
  limit,
  windowSeconds,
  cost,
  share,
}: {
  limit: number;
  windowSeconds: number;
  cost: number;
  share: number;
}): Promise<{ accepted: number; limit: number }> {
  await using stack = new AsyncDisposableStack();
  const server = await startPostgres();
  stack.defer(() => server.stop());
  const sql = postgres(server.url, { max: 4, onnotice: () => {} });
  stack.defer(() => sql.end());
  await sql`create table counters (id integer primary key, count bigint not null)`;
  await sql`insert into counters values (1, 0)`;
  const length = windowSeconds * 1_000;
  const began = Date.now();
  const isOver = () => Date.now() >= began + length;
  let accepted = 0;
  const counter = async (weight: number) => {
    let known = 0;
    let unwritten = 0;
    let sent = 0;
    let syncAt = began + syncInterval * Math.random();
    while (!isOver()) {
      const due = ((Date.now() - began) * limit * share * weight) / cost / length;
      for (; sent < due; sent += 1)
        if (known + unwritten + cost <= limit) {
          unwritten += cost;
          accepted += cost;
        }
      if (Date.now() >= syncAt) {
        const [row] =
          await sql`update counters set count = count + ${unwritten} where id = 1 returning count`;
        known = Number(row?.count);
        unwritten = 0;
        syncAt += syncInterval;
      }
      await pause(5);
    }
  };
  await Promise.all(weights.map(counter));
  return { accepted, limit };
}
