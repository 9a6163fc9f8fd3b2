import { idempotencyKeyHeader } from '../../../api/idempotency.ts';
import { type Caller, repeaterOf } from '../../callers.ts';
import type { IdempotentCall } from '../../idempotency.ts';

/**
 * A call as one that may be repeated; undefined where it has no Idempotency-Key.
 * @param input what the schemas made of its parameters and its body
 */
export function idempotentCall(
  { caller, headers }: { caller: Caller; headers: { [idempotencyKeyHeader]?: string | undefined } },
  operation: string,
  input: unknown,
): IdempotentCall | undefined {
  const key = headers[idempotencyKeyHeader];
  return key === undefined ? undefined : { key, caller: repeaterOf(caller), operation, input };
}

/** The header of an answer that was given before. */
export const replayedHeaders = (isReplay: boolean): Record<string, string> =>
  isReplay ? { 'Idempotent-Replayed': 'true' } : {};
