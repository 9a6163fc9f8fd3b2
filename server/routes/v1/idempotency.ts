import { idempotencyKeyHeader } from '../../../api/idempotency.ts';
import { type Caller, repeaterOf } from '../../auth/callers.ts';
import type { IdempotentCall } from '../../idempotency.ts';

/**
 * A call that can be repeated; undefined if it has no Idempotency-Key.
 * @param input its parameters and its body, as the schemas parsed them
 */
export function idempotentCall(
  { caller, headers }: { caller: Caller; headers: { [idempotencyKeyHeader]?: string | undefined } },
  operation: string,
  input: unknown,
): IdempotentCall | undefined {
  const key = headers[idempotencyKeyHeader];
  return key === undefined ? undefined : { key, caller: repeaterOf(caller), operation, input };
}

/** The header that marks a replayed answer. */
export const replayedHeaders = (isReplay: boolean): Record<string, string> =>
  isReplay ? { 'Idempotent-Replayed': 'true' } : {};
