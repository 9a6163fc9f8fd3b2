/** How long and how often things are measured. Smaller figures show that a row works, and prove nothing. */

const { env } = process;

export const rounds = Number(env.BENCH_ROUNDS ?? 9);
/** How long each side is loaded in each round, and before the first. */
export const seconds = Number(env.BENCH_SECONDS ?? 3);
export const hotKeys = 1_000;
/** In so many accounts keys are created, and no account comes near its bound. */
export const creatingAccounts = 1_000;
/** Tables of these sizes: what the planner thinks best for a small one is not for a large one. */
export const coldKeys = (env.BENCH_COLD_KEYS ?? '200,2000,20000,1000000').split(',').map(Number);
export const manyKeys = Number(env.BENCH_MANY_KEYS ?? 10_000_000);
export const fewKeys = Number(env.BENCH_FEW_KEYS ?? 10_000);
/** So many of the many can be asked for: the others have no token. */
export const sampleKeys = Math.min(200_000, manyKeys);
export const revocations = Number(env.BENCH_REVOCATIONS ?? 500);
/** Connections where throughput is measured, and where latency is. */
export const connections = { loaded: 64, calm: 2 };
