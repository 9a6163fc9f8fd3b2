import { defineConfig } from 'vitest/config';

/** The suite runs on both databases; what starts processes of its own, once. */
const suite = (database: 'pglite' | 'postgres') => ({
  test: {
    name: database,
    include: ['test/*.test.ts', 'test/contract/*.test.ts'],
    provide: { database },
    ...(database === 'pglite' && { globalSetup: ['test/support/setup-embedded.ts'] }),
  },
});

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/setup.ts'],
    projects: [
      suite('pglite'),
      suite('postgres'),
      {
        test: {
          name: 'process',
          include: ['test/process/*.test.ts'],
          globalSetup: ['test/support/setup-embedded.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
