import { type ProblemBody, titles } from '../../../api/problem.ts';
import { problemCodes } from '../../../api/problem-codes.ts';
import { AlreadyDone, BeyondPolicy, CountDiffers, InvalidInput, TokenExists } from '../../errors.ts';
import type { Refuse } from '../../http/failures.ts';

/** The problem details (RFC 9457) of what went wrong: the one place where errors become the HTTP of `/v1`. */
export const problem: Refuse = (refusal, requestId) => {
  const code = refusal?.code ?? 'internal_error';
  const [status] = problemCodes[code];
  const body: ProblemBody = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    code,
    detail: refusal?.message ?? 'This should not have happened, and is logged under the requestId.',
    requestId,
    ...(refusal instanceof AlreadyDone &&
      typeof refusal.made === 'object' && { keyId: `key_${refusal.made.keyId}` }),
    ...(refusal instanceof TokenExists && refusal.keyId && { keyId: `key_${refusal.keyId}` }),
    ...(refusal instanceof CountDiffers && { matched: refusal.matched }),
    ...((refusal instanceof InvalidInput || refusal instanceof BeyondPolicy) && {
      errors: [...refusal.violations],
    }),
  };
  return { status, body, contentType: 'application/problem+json' };
};
