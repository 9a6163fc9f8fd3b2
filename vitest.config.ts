import { defineConfig } from 'vitest/config';

/** The suite runs on both databases, a file on each core; what starts processes of its own, once, and after it. */
const suite = (database: 'pglite' | 'postgres') => ({
  test: {
    name: database,
    include: ['test/*.test.ts', 'test/contract/*.test.ts'],
    provide: { database },
    maxWorkers: '100%',
    ...(database === 'pglite' && { globalSetup: ['test/support/setup-embedded.ts'] }),
  },
});

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What is polled for comes soon, unless the machine is busy.
    expect: { poll: { timeout: 10_000 } },
    globalSetup: ['test/support/setup.ts'],
    projects: [
      suite('pglite'),
      suite('postgres'),
      {
        test: {
          name: 'process',
          include: ['test/process/*.test.ts'],
          globalSetup: ['test/support/setup-embedded.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
