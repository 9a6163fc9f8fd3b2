import { type Contract, type Pace, usualPace } from './core/core.ts';
import { errorOf } from './errors.ts';
import type { Problem } from './schema.gen.ts';
import { isVerdict } from './verify.ts';

/**
 * A request of the product waits for a verification, so it must answer soon or be given up. It is repeated although the
 * first attempt may have counted.
 */
const verificationPace: Pace = {
  timeout: 1_000,
  deadline: 2_000,
  retries: 1,
  backoff: 100,
  repeatable: true,
};

/** The contract of `/v1`. */
export const contract: Contract = {
  service: 'Latchkey',
  errorType: 'application/problem+json',
  errorField: 'code',
  textPath: '/metrics',
  isAnswer: (path, body) => path !== '/v1/keys/verify' || isVerdict(body),
  errorOf: (body, response) => errorOf(body as Problem, response),
  paceOf: (path) => (path.startsWith('/v1/keys/verify') ? verificationPace : usualPace),
};
