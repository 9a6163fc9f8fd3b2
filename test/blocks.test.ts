import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { Costs, Limit } from '../decide/limits.ts';
import { Blocks } from '../server/limits/blocks.ts';
import { ownClocks } from '../server/limits/clocks.ts';
import { Exchange, noAsk } from '../server/limits/exchange.ts';
import type { Spending } from '../server/limits/spending.ts';
import { type Holders, type HoldersDatabase, holdersDatabase, type TestHolder } from './support/holders.ts';

let { db, open, newLimit, heard } = {} as HoldersDatabase;
beforeAll(async () => {
  ({ db, open, newLimit, heard } = await holdersDatabase());
});

const one: Costs = { cost: 1 };
const rowOf = async ({ id }: Limit) => {
  const { rows } = await sql<{ ungranted: number; held: number }>`
    select ungranted, held from limits where id = ${id}::bigint`.execute(db);
  return rows[0];
};
/** Spends on many holders at once, in turn. @returns how many could */
async function passed(
  holders: { at: (place: number) => TestHolder },
  limits: readonly Limit[],
  count: number,
  costs = one,
): Promise<number> {
  const asked = Array.from({ length: count }, (_, place) => holders.at(place).blocks.spend(limits, costs));
  return (await Promise.all(asked)).filter(({ kind }) => kind === 'spent').length;
}

/** Has a replica hold a block, after 100 units were spent. */
async function heat(holders: Holders, limit: Limit): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await passed({ at: () => holders.at(0) }, [limit], 10);
    holders.pass(10);
  }
}

test('a limit holds across replicas, and again in the next window', async () => {
  await using holders = await open(4);
  const limit = await newLimit(5);
  for (const window of [1, 2]) {
    let count = 0;
    for (let turn = 0; turn < 12; turn += 1)
      count += Number((await holders.at(turn).blocks.spend([limit], one)).kind === 'spent');
    expect(count, `window ${window}`).toBe(5);
    holders.pass(60_000);
  }
});

test('a limit holds for concurrent requests to all replicas', async () => {
  await using holders = await open(4);
  const limit = await newLimit(1_000);
  let count = 0;
  for (let turn = 0; turn < 40; turn += 1) {
    count += await passed(holders, [limit], 40);
    holders.pass(20);
  }
  expect(count).toBe(1_000);
});

test('a hot limit is spent in memory', async () => {
  await using holders = await open(2);
  const limit = await newLimit(1_000_000);
  const { blocks } = holders.at(0);
  for (let turn = 0; turn < 50; turn += 1) {
    await passed({ at: () => holders.at(0) }, [limit], 10);
    holders.pass(5);
  }
  const before = blocks.exchanges;
  const inMemory: (Spending | Promise<Spending>)[] = [];
  for (let turn = 0; turn < 10; turn += 1) inMemory.push(blocks.spend([limit], one));
  expect(inMemory).toEqual(Array(10).fill(expect.objectContaining({ kind: 'spent' })));
  // At most the one that takes more ahead of the demand.
  expect(blocks.exchanges - before).toBeLessThanOrEqual(1);
});

test('what one replica holds is given back when another one needs it', async () => {
  await using holders = await open(2);
  const limit = await newLimit(400);
  await heat(holders, limit);
  // What was asked for ahead of the demand has come, so that a recall finds it.
  await heard();
  const held = (await rowOf(limit))?.held ?? 0;
  expect(held).toBeGreaterThan(0);
  expect(await holders.at(1).blocks.spend([limit], { cost: 300 })).toMatchObject({
    kind: 'spent',
    limits: [{ remaining: 0 }],
  });
});

test('several limits are spent together or not at all, and the refusal names those that have too little', async () => {
  await using holders = await open(1);
  const { blocks } = holders.at(0);
  const [wide, narrow] = [await newLimit(10), await newLimit(2, 3_600)];
  const both = [wide, narrow];
  expect(await blocks.spend(both, one)).toMatchObject({
    kind: 'spent',
    limits: [{ remaining: 9 }, { remaining: 1 }],
  });
  expect(await blocks.spend(both, { cost: 2 })).toMatchObject({
    kind: 'refused',
    limits: [{ remaining: 9 }, { remaining: 1 }],
    exceeded: [{ limit: narrow }],
  });
  expect(await blocks.spend(both, { cost: 1, named: { [wide.name]: 9 } })).toMatchObject({ kind: 'spent' });
  expect(await blocks.spend(both, one)).toMatchObject({ exceeded: [{ limit: wide }, { limit: narrow }] });
  expect(await blocks.spend(both, { cost: 0 })).toMatchObject({ kind: 'spent' });
});

test('more than the whole limit is refused, and takes nothing', async () => {
  await using holders = await open(1);
  const limit = await newLimit(5);
  const { blocks } = holders.at(0);
  expect(await blocks.spend([limit], { cost: 6 })).toMatchObject({
    kind: 'refused',
    exceeded: [{ limit, remaining: 5 }],
  });
  expect(await blocks.spend([limit], { cost: 5 })).toMatchObject({ kind: 'spent' });
});

test('a replica that is cut off asks and spends in one statement, all or nothing', async () => {
  await using holders = await open(2);
  const [wide, narrow] = [await newLimit(10), await newLimit(2)];
  const cutOff = holders.at(0);
  cutOff.isFresh = false;
  expect(await cutOff.blocks.spend([wide, narrow], one)).toMatchObject({ kind: 'spent' });
  expect(await rowOf(wide)).toEqual({ ungranted: 9, held: 0 });
  expect(await cutOff.blocks.spend([wide, narrow], { cost: 2 })).toMatchObject({
    kind: 'refused',
    exceeded: [{ limit: narrow }],
  });
  expect(await rowOf(wide)).toEqual({ ungranted: 9, held: 0 });
});

test('a replica that is cut off recalls no units of a limit that has enough, where another one has too little', async () => {
  await using holders = await open(2);
  const [wide, narrow] = [await newLimit(1_000), await newLimit(2)];
  await heat(holders, wide);
  const cutOff = holders.at(1);
  cutOff.isFresh = false;
  await cutOff.blocks.spend([narrow], one);
  expect(await cutOff.blocks.spend([wide, narrow], { cost: 2 })).toMatchObject({
    kind: 'refused',
    exceeded: [{ limit: narrow }],
  });
  expect(cutOff.blocks.exchanges).toBe(2);
});

test('units that were held before a limit changed are not spent', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  await heat(holders, limit);
  await sql`update limits set generation = generation + 1, ungranted = 0 where id = ${limit.id}::bigint`.execute(
    db,
  );
  await expect.poll(() => blocks.spend([limit], one)).toEqual({ kind: 'changed' });
  const changed = { ...limit, generation: 1 };
  expect(await blocks.spend([changed], one)).toMatchObject({ kind: 'refused' });
});

test('an unused block is given back, and every block when the process closes', async () => {
  await using holders = await open(1);
  const [idle, busy] = [await newLimit(1_000), await newLimit(1_000)];
  await heat(holders, idle);
  holders.pass(300);
  await expect.poll(() => rowOf(idle)).toEqual({ ungranted: 900, held: 0 });
  await heat(holders, busy);
  await holders.at(0).blocks.close();
  expect(await rowOf(busy)).toEqual({ ungranted: 900, held: 0 });
});

test('a replica that was suspended gives back its units, even after their block has ended', async () => {
  await using holders = await open(2);
  const limit = await newLimit(1_000);
  await heat(holders, limit);
  expect((await rowOf(limit))?.ungranted).toBeLessThan(900);
  holders.pass(2_000);
  await expect.poll(() => rowOf(limit)).toEqual({ ungranted: 900, held: 0 });
});

test('units left in an ended block are renewed with the next block of the same window', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  await heat(holders, limit);
  holders.pass(2_000);
  expect(await holders.at(0).blocks.spend([limit], { cost: 900 })).toMatchObject({
    kind: 'spent',
    limits: [{ remaining: 0 }],
  });
});

test('a replica that is blind keeps what it holds, and gives it back when trust returns', async () => {
  await using holders = await open(2);
  const limit = await newLimit(1_000);
  const holder = holders.at(0);
  await heat(holders, limit);
  holder.isFresh = false;
  // Also when what it had asked for has come.
  for (let turn = 0; turn < 10; turn += 1) {
    holders.pass(1_000);
    await holder.blocks.tidy();
    expect((await rowOf(limit))?.ungranted).toBeLessThan(900);
  }
  holder.blocks.dropAll();
  holder.isFresh = true;
  await expect.poll(() => rowOf(limit)).toMatchObject({ ungranted: 900 });
});

test('a limit that is announced without having changed loses no units', async () => {
  await using holders = await open(2);
  const limit = await newLimit(1_000);
  await heat(holders, limit);
  await sql`update limits set name = name where id = ${limit.id}::bigint`.execute(db);
  await heard();
  await expect.poll(() => rowOf(limit)).toMatchObject({ ungranted: 900 });
});

test('units that arrive for a dropped block are given back', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  const spending = blocks.spend([limit], { cost: 5 });
  await nextTurn();
  expect(blocks.exchanges).toBe(1);
  blocks.dropAll();
  expect(await spending).toMatchObject({ kind: 'spent' });
  await blocks.close();
  expect(await rowOf(limit)).toEqual({ ungranted: 995, held: 0 });
});

test('a replica that closes gives back what was not spent meanwhile', async () => {
  await using holders = await open(2);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  await heat(holders, limit);
  const onItsWay = blocks.spend([limit], { cost: 500 });
  await nextTurn();
  const closed = blocks.close();
  const late = blocks.spend([limit], { cost: 7 });
  expect(await Promise.all([onItsWay, late, closed])).toMatchObject([
    { kind: 'spent' },
    { kind: 'spent' },
    undefined,
  ]);
  // However busy it is, it takes no block any more.
  for (let turn = 0; turn < 10; turn += 1) await blocks.spend([limit], one);
  expect(await rowOf(limit)).toEqual({ ungranted: 383, held: 0 });
});

test('what is left of a window is not spent in the next one', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  holders.pass(59_000);
  await heat(holders, limit);
  const asked = blocks.exchanges;
  for (let count = 0; blocks.exchanges === asked; count += 1) {
    expect(count).toBeLessThan(100);
    expect(blocks.spend([limit], one)).toMatchObject({ kind: 'spent' });
    holders.pass(1);
    await nextTurn();
  }
  holders.pass(2_000);
  expect(await blocks.spend([limit], { cost: 1_000 })).toMatchObject({ kind: 'spent' });
  expect(await blocks.spend([limit], one)).toMatchObject({ kind: 'refused' });
});

test('asks ahead of the demand wait for others, and go with the next one that is waited for', async () => {
  const due: (() => void)[] = [];
  const after = (_: number, callback: () => void) => void due.push(callback);
  const exchange = new Exchange(db, { now: ownClocks.now, after });
  const ask = async (isAhead: boolean) => {
    const { id, generation } = await newLimit(10);
    return exchange.ask(id, () => ({ ...noAsk, id, generation, atLeast: 1, want: 1 }), { isAhead });
  };
  const first = [ask(true), ask(true)];
  await expect.poll(() => due).toHaveLength(1);
  await nextTurn();
  expect(exchange.count).toBe(0);
  due[0]?.();
  for (const { answer } of await Promise.all(first)) expect(answer).toMatchObject({ granted: 1 });
  expect(exchange.count).toBe(1);

  const ahead = ask(true);
  await expect.poll(() => due).toHaveLength(2);
  expect((await ask(false)).answer).toMatchObject({ granted: 1 });
  expect((await ahead).answer).toMatchObject({ granted: 1 });
  expect(exchange.count).toBe(2);
});

test('who needs units that were asked for ahead does not wait for others to ask', async () => {
  let monotonic = 0;
  // Nothing that waits for others would ever go.
  const clocks = { now: () => ({ monotonic, wall: monotonic }), after: () => {} };
  const blocks = new Blocks(db, { isFresh: () => true, clocks });
  const limit = await newLimit(1_000_000, null);
  for (let turn = 0; turn < 1_000; turn += 1) {
    expect(await blocks.spend([limit], one)).toMatchObject({ kind: 'spent' });
    monotonic += 2;
  }
  await blocks.close();
});

test('units that a refusal gives back can be spent again', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1, null);
  const { blocks } = holders.at(0);
  const spent = await blocks.spend([limit], one);
  expect(spent).toMatchObject({
    kind: 'spent',
    limits: [{ remaining: 0, resetsAt: Number.POSITIVE_INFINITY }],
  });
  expect(await blocks.spend([limit], one)).toMatchObject({ kind: 'refused' });
  if (spent.kind === 'spent') blocks.unspend(spent.limits, one);
  expect(await blocks.spend([limit], one)).toMatchObject({ kind: 'spent' });
});

test('a limit whose block ends just as more is asked for is spent, and later given back and forgotten', async () => {
  let now = 0;
  // How far the clock moves each time it is read.
  let step = 0;
  const read = () => {
    now += step;
    return { monotonic: now, wall: now };
  };
  const blocks = new Blocks(db, { isFresh: () => true, clocks: { now: read, after: () => {} } });
  const limit = await newLimit(10, null);
  const spent = await blocks.spend([limit], { cost: 7 });
  now = 500;
  expect(await blocks.spend([limit], { cost: 4 })).toMatchObject({ kind: 'refused' });
  if (spent.kind === 'spent') blocks.unspend(spent.limits, { cost: 7 });
  // 7 units are held until 1,000, and 3 are left in the row.
  now = 998;
  step = 1;
  expect(await blocks.spend([limit], { cost: 9 })).toMatchObject({ kind: 'spent' });
  step = 0;
  now = 3_000;
  await blocks.tidy();
  await blocks.tidy();
  expect(blocks.size).toBe(0);
  expect((await rowOf(limit))?.ungranted).toBe(1);
  await blocks.close();
});

test('units that a refusal gives back are returned even if their block was dropped', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  const spent = await blocks.spend([limit], { cost: 9 });
  holders.pass(2_000);
  await blocks.tidy();
  expect(blocks.size).toBe(0);
  if (spent.kind === 'spent') blocks.unspend(spent.limits, { cost: 9 });
  await expect.poll(() => rowOf(limit)).toMatchObject({ ungranted: 1_000 });
});

test('what was spent before a change of the limit does not come back after it', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  const spent = await blocks.spend([limit], { cost: 9 });
  await sql`update limits set generation = 1, ungranted = 2 where id = ${limit.id}::bigint`.execute(db);
  await heard();
  const changed = { ...limit, generation: 1 };
  await blocks.spend([changed], one);
  if (spent.kind === 'spent') blocks.unspend(spent.limits, { cost: 9 });
  expect(await blocks.spend([changed], { cost: 5 })).toMatchObject({ kind: 'refused' });
});

test.each(['pass', 'sleep'] as const)(
  'a block ends with its window, also where only the wall clock goes on (%s)',
  async (way) => {
    await using holders = await open(1);
    const limit = await newLimit(1_000);
    const { blocks } = holders.at(0);
    holders.pass(59_500);
    await heat(holders, limit);
    const before = blocks.spend([limit], one);
    expect(before).toMatchObject({ kind: 'spent' });
    holders[way](400);
    const after = blocks.spend([limit], one);
    expect(after).toBeInstanceOf(Promise);
    expect(await after).toMatchObject({ limits: [{ resetsAt: holders.now() + 60_000, remaining: 999 }] });
  },
);

test('a block ends a second after it was asked for', async () => {
  await using holders = await open(1);
  const limit = await newLimit(1_000);
  const { blocks } = holders.at(0);
  await heat(holders, limit);
  holders.pass(1_000);
  expect(blocks.spend([limit], one)).toBeInstanceOf(Promise);
});

test('a window never comes again, even if the clock of the database is set back', async () => {
  await using holders = await open(2);
  const limit = await newLimit(3);
  holders.pass(59_000);
  expect(await passed(holders, [limit], 5)).toBe(3);
  holders.pass(2_000);
  expect(await passed(holders, [limit], 5)).toBe(3);
  holders.pass(-2_000);
  expect(await passed({ at: () => ({ ...holders.at(0), blocks: holders.at(1).blocks }) }, [limit], 5)).toBe(
    0,
  );
});
