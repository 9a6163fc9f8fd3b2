import { z } from '@hono/zod-openapi';
import { type ProblemCode as Code, problemCodes } from './problem-codes.ts';

const codes = Object.keys(problemCodes) as Code[];

/** Each code with its status and its meaning, as a list in Markdown. */
const meanings = codes.map((code) => `- \`${code}\` (${problemCodes[code].join('): ')}`).join('\n');

export const ProblemCode = z.enum(codes).openapi('ProblemCode', {
  description: `The stable name of the problem. Branch on this. More codes may be added.\n\n${meanings}`,
});

export const Violation = z
  .object({
    detail: z.string().openapi({ description: 'What is wrong with the value, for people.' }),
    pointer: z.string().optional().openapi({
      description: 'The place in the body: a JSON Pointer in URI fragment form (RFC 6901, section 6).',
      example: '#/name',
    }),
    parameter: z.string().optional().openapi({
      description: 'The query parameter, if the value is not in the body.',
      example: 'limit',
    }),
    header: z.string().optional().openapi({
      description: 'The invalid request header, if the value is in one.',
      example: 'Latchkey-Actor',
    }),
  })
  .openapi('Violation');

/** The one error body of `/v1`: RFC 9457 problem details. */
export const Problem = z
  .object({
    type: z
      .literal('about:blank')
      .openapi({ description: 'Always `about:blank`; `code` tells problems apart.' }),
    title: z.string().openapi({ description: 'The phrase of the HTTP status.' }),
    status: z.int().openapi({ description: 'The HTTP status code.' }),
    code: ProblemCode,
    detail: z
      .string()
      .openapi({ description: 'What went wrong and what to do, for people. The wording can change.' }),
    requestId: z
      .string()
      .openapi({ description: 'The `x-request-id` of this response. Quote it to support.' }),
    keyId: z.string().optional().openapi({
      description:
        'For `already_done`: the key that the first request created or rotated, if it did. For `token_exists`: the key that has the token, or had it.',
      example: 'key_6921a5d4b281af121fcda4cf',
    }),
    matched: z.int().optional().openapi({
      description: 'For `count_differs`: how many keys meet the filter.',
      example: 314,
    }),
    errors: z.array(Violation).optional().openapi({
      description: 'For `invalid_input` and `beyond_policy`: each value that is refused, and its place.',
    }),
  })
  .openapi('Problem');

export type ProblemBody = z.infer<typeof Problem>;
type ProblemFacts = Pick<ProblemBody, 'title' | 'code' | 'detail' | 'errors'> & { description: string };

const facts = {
  400: {
    title: 'Bad Request',
    code: 'malformed_body',
    detail: 'The body is not valid JSON.',
    description: 'The body could not be read.',
  },
  401: {
    title: 'Unauthorized',
    code: 'unauthenticated',
    detail: 'Send a credential as "Authorization: Bearer <token>".',
    description: 'The credential is missing, invalid or expired.',
  },
  403: {
    title: 'Forbidden',
    code: 'insufficient_scope',
    detail: 'This needs the scope "keys:write".',
    description: 'The credential is valid, but is not allowed to do this.',
  },
  404: {
    title: 'Not Found',
    code: 'key_not_found',
    detail: 'This account has no such key.',
    description: 'It does not exist in this account. Other accounts’ resources return 404.',
  },
  409: {
    title: 'Conflict',
    code: 'email_taken',
    detail: 'An account with this email already exists: sign in instead.',
    description: 'It conflicts with something that exists.',
  },
  413: {
    title: 'Content Too Large',
    code: 'body_too_large',
    detail: 'The body may have at most 65536 bytes.',
    description: 'The body is larger than 64 KiB.',
  },
  415: {
    title: 'Unsupported Media Type',
    code: 'unsupported_media_type',
    detail: 'The body must have one of these content types, in UTF-8: application/json.',
    description:
      'The body is not declared as JSON, or has a `Content-Encoding`. `Accept` or `Accept-Encoding` lists what is accepted.',
  },
  422: {
    title: 'Unprocessable Content',
    code: 'invalid_input',
    detail: 'One value is invalid: see errors.',
    errors: [{ detail: 'Must have 1 to 255 characters.', pointer: '#/name' }],
    description: 'A value is invalid. `errors` lists each one.',
  },
  429: {
    title: 'Too Many Requests',
    code: 'too_many_attempts',
    detail: 'Too many attempts: try again in 60 seconds.',
    description: 'Too many attempts. `Retry-After` says how long to wait.',
  },
  500: {
    title: 'Internal Server Error',
    code: 'internal_error',
    detail: 'This should not have happened, and is logged under the requestId.',
    description:
      'A fault of the service. A write may or may not have been made: check before you repeat it. Report the `requestId`.',
  },
  503: {
    title: 'Service Unavailable',
    code: 'database_unavailable',
    detail: 'The database cannot be reached: try again in a second.',
    description:
      'The database did not answer. A write may or may not have been made: check before you repeat it.',
  },
} as const satisfies Record<number, ProblemFacts>;

/** The phrase of each status that a problem can have (RFC 9110, section 15). */
export const titles: Record<number, string> = {
  ...Object.fromEntries(Object.entries(facts).map(([status, { title }]) => [status, title])),
  405: 'Method Not Allowed',
  426: 'Upgrade Required',
};

const authenticateHeader = {
  'WWW-Authenticate': {
    description: 'The challenge of RFC 6750, section 3: the realm, and what is wrong with the token.',
    required: true,
    schema: { type: 'string' as const },
  },
};
const retryHeader = {
  'Retry-After': {
    description: 'Seconds to wait before the next try.',
    required: true,
    schema: { type: 'integer' as const, minimum: 1 },
  },
};
const scopeHeader = {
  'WWW-Authenticate': {
    description:
      'Sent if another credential or scope would be accepted: the challenge of RFC 6750, section 3.',
    required: false,
    schema: { type: 'string' as const },
  },
};
const headers: { [status: number]: typeof authenticateHeader | typeof scopeHeader | typeof retryHeader } = {
  401: authenticateHeader,
  403: scopeHeader,
  429: retryHeader,
  503: retryHeader,
};

type Status = keyof typeof facts;
interface ProblemResponse {
  description: string;
  content: { 'application/problem+json': { schema: typeof Problem } };
}

/**
 * One refusal as an OpenAPI response, with the problem schema, an example, and the headers that its status requires
 * (RFC 6750, RFC 9110).
 * @param own what this operation means by the status, if that is not the usual
 */
export function refusal(
  status: Status,
  own: Partial<Pick<ProblemFacts, 'code' | 'detail' | 'description'>> = {},
): ProblemResponse {
  const { description, ...body } = { ...facts[status], ...own };
  const example = {
    type: 'about:blank',
    status,
    requestId: '0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10',
    ...body,
  };
  const content = { 'application/problem+json': { schema: Problem, example } };
  return { description, content, ...(headers[status] && { headers: headers[status] }) };
}

/** What every operation answers if the service itself fails. */
export const internalError = refusal(500);

/** What an operation that gives scopes or an expiry to a key means by 403. */
export const forbiddenOrBeyondPolicy = refusal(403, {
  description:
    'The credential is valid, but is not allowed to do this; or the policy of the account does not allow a scope or the lifetime (`beyond_policy`, and `errors` lists each value).',
});

/** What the creation of a key means by 403. */
export const mayNotCreate = refusal(403, {
  description:
    'The credential is valid, but is not allowed to do this; the account is suspended (`account_disabled`); or the policy of the account does not allow a scope or the lifetime (`beyond_policy`, and `errors` lists each value).',
});

/** What a body with many items may have in bytes: room for 1,000 tokens that are JWTs. */
export const maxLongBodyBytes = 524_288;

/** What an operation with such a body means by 413. */
export const longBodyTooLarge = refusal(413, {
  detail: `The body may have at most ${maxLongBodyBytes} bytes.`,
  description: 'The body is larger than 512 KiB.',
});

/** What an operation that waits in a queue means by 503. */
export const refusedInQueue = (what: string, written = '') =>
  refusal(503, {
    code: 'overloaded',
    detail: `Too many ${what}: try again in a second.`,
    description: `Too many ${what} (\`overloaded\`; nothing was done), or the database did not answer (\`database_unavailable\`${written}).`,
  });

/** What an operation that checks or sets a password means by 503. */
export const overloadedPasswords = refusedInQueue(
  'passwords wait to be checked',
  '; a write may or may not have been made: check before you repeat it',
);

/** What a report on many rows means by 503. */
export const overloadedReports = refusedInQueue('reports wait to be made');

/** What a list with filters means by 503. */
export const overloadedLists = refusedInQueue('lists wait to be read');

/** What an operation whose body may name an account means by 404. */
export const unknownAccount = refusal(404, {
  code: 'account_not_found',
  detail: 'There is no such account.',
  description: 'The account that is named does not exist.',
});

/** The refusals an operation can answer with, as OpenAPI responses: `...refusals(401, 422, 503)`. */
export function refusals<Some extends Status>(...statuses: Some[]) {
  return Object.fromEntries(statuses.map((status) => [status, refusal(status)])) as Record<
    Some,
    ProblemResponse
  >;
}
