import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { onlyMaxKeys } from '../decide/policy.ts';
import { type Real, ran } from './support/command.ts';
import { commands, compareEverything, signUp } from './support/commands.ts';
import { startService, type TestService } from './support/harness.ts';
import type { Model } from './support/model.ts';

const runs = Number(process.env.MODEL_RUNS ?? 40);
const seed = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** So few keys may an account have that it often has them. */
const limit = 4;
/** What one run takes at most, in milliseconds. */
const perRun = 3000;

let service: TestService;

beforeAll(async () => {
  service = await startService({ defaultPolicy: onlyMaxKeys(limit), leakPolicy: 'revoke' });
});

test(
  'whatever two accounts do to their keys, in whatever contract and order, each sees what it should',
  async () => {
    const everyOrder = fc.asyncProperty(
      fc.commands(commands, { maxCommands: 40, size: 'max' }),
      async (steps) => {
        const now = () => service.context.now();
        const model: Model = { accounts: [], limit, keys: [], roles: [], exchanged: [], now };
        const real: Real = { service, sessions: [] };
        await signUp(model, real);
        await fc.asyncModelRun(() => ({ model, real }), steps);
        await compareEverything(model, real);
      },
    );
    await fc.assert(everyOrder, { numRuns: runs, seed, interruptAfterTimeLimit: runs * perRun });
    const total = Object.values(ran).reduce((sum, count) => sum + count, 0);
    console.info(`MODEL_SEED=${seed} MODEL_RUNS=${runs}: ${total} commands ${JSON.stringify(ran)}`);
    if (runs >= 200) expect(Object.keys(ran)).toHaveLength(commands.length);
  },
  (runs + 10) * perRun,
);
