import * as fc from 'fast-check';
import { expect, inject, test, vi } from 'vitest';
import { SimulatedService, seen } from './support/simulated-service.ts';
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

test.runIf(inject('database') === 'pglite')(
  'whatever is late, cut or frozen, no process answers with what was before a change that was answered',
  async () => {
    const faults = fc.noBias(fc.nat(40));
    const cases = fc.tuple(fc.noShrink(fc.noBias(fc.integer())), fc.constantFrom(2, 2, 3), faults);
    await fc.assert(
      fc.asyncProperty(cases, async ([seed, count, faults]) => {
        using simulation = new Simulation(seed);
        await new SimulatedService(simulation, count).run(seed, faults);
      }),
      { numRuns, seed },
    );
    // A search in which nothing is cached, or changed, finds nothing.
    expect(seen.changes).toBeGreaterThan(numRuns);
    expect(seen.replica).toBeGreaterThan(80 * numRuns);
    expect(seen.verifier).toBeGreaterThan(10 * numRuns);
  },
  3_600_000,
);
