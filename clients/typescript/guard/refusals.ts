import { type RefusalReason, refusalOf as refusalFor } from '../../../decide/refusals.ts';
import type { Invalid } from '../schema.gen.ts';
import { headersOfLimits } from './limit-headers.ts';

export type {
  RefusalProblem as GuardProblem,
  RefusalReason,
  RefusalStatus,
} from '../../../decide/refusals.ts';

/** The facts of a refusal, beside its reason. */
interface Facts {
  realm: string;
  /** The scopes that the endpoint requires, all of them. */
  scopes?: readonly string[] | undefined;
  verdict?: Invalid | undefined;
}

/** The response to a request that is refused. */
export function refusalOf(reason: RefusalReason, { realm, scopes, verdict }: Facts) {
  const refusal = refusalFor(reason, { realm, scopes, missingScopes: verdict?.missingScopes });
  const { status, headers } = refusal;
  if (status === 429 && verdict) Object.assign(headers, headersOfLimits(verdict));
  const seconds = status === 503 ? 1 : verdict?.retryAfter;
  if (seconds !== undefined) headers['Retry-After'] = String(seconds);
  return refusal;
}
