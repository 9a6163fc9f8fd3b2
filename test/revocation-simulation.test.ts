import * as fc from 'fast-check';
import { expect, inject, test, vi } from 'vitest';
import { SimulatedService, type Step, seen, span } from './support/simulated-service.ts';
import { Simulation } from './support/simulated-time.ts';

/**
 * The argument of docs/REVOCATION.md, searched for a hole: replicas and verifiers, as they are, in one thread, where
 * messages are late, connections break and processes freeze at random. Once a change is answered, no process may answer
 * with what was before it.
 */

vi.mock('node:timers', async () => (await import('./support/simulated-time.ts')).simulatedTimers);
vi.mock('node:timers/promises', async () => (await import('./support/simulated-time.ts')).simulatedPauses);

const { FUZZ_CASES, FUZZ_SEED } = process.env;
/** Without a wish the same ones each time, so that a suite fails for what was changed. */
const numRuns = Number(FUZZ_CASES ?? 500);
const seed = Number(FUZZ_SEED ?? (FUZZ_CASES ? Math.floor(Math.random() * 2 ** 31) : 7));

const among = (most: number) => fc.noBias(fc.nat(most));
const milliseconds = among(2_500);
const isLost = fc.boolean();

/** A step of a kind, and how often it comes. */
const step = (weight: number, kind: Step['kind'], facts: Record<string, fc.Arbitrary<unknown>>) => ({
  weight,
  arbitrary: fc.record(
    { kind: fc.constant(kind), at: among(span), to: among(5), ...facts },
    { noNullPrototype: true },
  ) as unknown as fc.Arbitrary<Step>,
});

const schedule = fc.array(
  fc.oneof(
    step(10, 'change', { what: fc.constantFrom('key', 'key', 'account', 'roles', 'all'), key: among(2) }),
    step(3, 'freeze', {
      ...{ role: fc.constantFrom('replica', 'verifier'), reads: among(5) },
      ...{ milliseconds, isAsleep: fc.boolean() },
    }),
    step(6, 'hold', {
      ...{ what: fc.constantFrom('pool', 'listener', 'socket'), direction: fc.constantFrom('up', 'down') },
      milliseconds,
    }),
    step(1, 'lose', { what: fc.constantFrom('statement', 'answer') }),
    step(3, 'cut listener', { isLost, noticedAfter: fc.option(among(300)) }),
    step(3, 'cut socket', {
      sends: among(3),
      first: fc.constantFrom('client', 'server'),
      milliseconds,
      isLost,
    }),
    step(1, 'restart', { isKilled: fc.boolean(), milliseconds: among(1_000) }),
  ),
  { maxLength: 40, size: 'max' },
);

test.runIf(inject('database') === 'pglite')(
  'whatever is late, cut or frozen, no process answers with what was before a change that was answered',
  async () => {
    const cases = fc.tuple(fc.noShrink(fc.integer()), fc.constantFrom(2, 2, 3), schedule);
    await fc.assert(
      fc.asyncProperty(cases, async ([seed, count, steps]) => {
        using simulation = new Simulation(seed);
        await new SimulatedService(simulation, count).run(steps);
      }),
      { numRuns, seed },
    );
    // A search in which nothing is cached, or changed, finds nothing.
    expect(seen.changes).toBeGreaterThan(numRuns);
    expect(seen.fromMemory).toBeGreaterThan(100 * numRuns);
  },
  3_600_000,
);
