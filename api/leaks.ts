import { createRoute, z } from '@hono/zod-openapi';
import { actHeaders } from './actor.ts';
import { longBodyTooLarge, refusal, refusals } from './problem.ts';
import { byOperator, byOperatorKey } from './security.ts';
import { bounded, text } from './text.ts';

const tags = ['Leaks'];

const LeakReport = z
  .strictObject({
    token: bounded(4_096)
      .refine((token) => token !== '', 'Must not be empty.')
      .openapi({ description: 'The token that was seen.', minLength: 1, format: 'password' }),
    url: text(1, 2_048).optional().openapi({
      description: 'Where it was seen.',
      example: 'https://git.example.com/shop/api/blob/4f2c1d/.env#L3',
    }),
    source: text(1, 255)
      .optional()
      .openapi({ description: 'Who or what found it.', example: 'gitleaks in CI' }),
  })
  .openapi('LeakReport');

/** What GitHub says of one match. Its texts are clipped, not refused, and fields that it may add are ignored. */
const GithubMatch = z
  .object({
    token: z
      .string('Must be a string.')
      .min(1, 'Must not be empty.')
      .openapi({ description: 'What matched.', format: 'password' }),
    type: z.string('Must be a string.').optional().openapi({
      description: 'The name of the pattern that matched.',
    }),
    url: z.string('Must be a string.').optional().openapi({
      description: 'Where it was found. Can be empty.',
    }),
    source: z
      .string('Must be a string.')
      .optional()
      .openapi({ description: 'What kind of place that is.', example: 'commit' }),
  })
  .openapi('GithubMatch');

const maxMatches = 500;
/** The headers with which GitHub signs a report; the request must have both. */
export const githubHeaders = {
  identifier: 'Github-Public-Key-Identifier',
  signature: 'Github-Public-Key-Signature',
} as const;

const sameAnswer =
  'The response is the same, after the same wait, whether or not the token is one: a reporter does not learn that.';
const policy =
  'A token that was exchanged for a key’s token counts as that one until it expires. With `LEAK_POLICY=notify`, the default, each report of a key’s token is an event `key.leaked` of the key. With `LEAK_POLICY=revoke` the key is revoked as well: once this returns, every replica refuses its tokens. The session of a reported refresh token ends, with either policy.';

export const leaks = {
  report: createRoute({
    operationId: 'reportLeak',
    method: 'post',
    path: '/v1/leaks',
    tags,
    summary: 'Report a leaked token',
    description: `Reports a token that was seen where it should not be: the current, the next or the previous token of a key of any account. ${policy} ${sameAnswer} For the operator, and for a key with \`leaks:report\` in the operator’s own account, such as that of a scanner. Each caller can report 100 tokens in a minute.`,
    security: [byOperator, byOperatorKey('leaks:report')],
    request: {
      headers: actHeaders,
      body: { required: true, content: { 'application/json': { schema: LeakReport } } },
    },
    responses: {
      204: { description: 'The report was taken.' },
      ...refusals(400, 401, 403, 413, 415, 422, 503),
      429: refusal(429, {
        description: 'Too many reports of this caller. `Retry-After` says how long to wait.',
      }),
    },
  }),

  reportFromGithub: createRoute({
    operationId: 'reportLeaksFromGithub',
    method: 'post',
    path: '/v1/leaks/github',
    tags,
    summary: 'Report leaks, for GitHub',
    description: `The endpoint for the [secret scanning partner program](https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program/secret-scanning-partner-program) of GitHub: up to ${maxMatches} matches at once. ${policy} ${sameAnswer} So the optional feedback on each match is not given. GitHub signs the body, and \`GITHUB_SECRET_SCANNING_KEYS\` says with which keys; while that is not set, this path returns 404.`,
    security: [],
    request: {
      headers: z.object({
        [githubHeaders.identifier]: z
          .string()
          .regex(/^[\w.-]{1,128}$/, 'Must have 1 to 128 letters, digits or _ . -')
          .openapi({
            description: 'Which key of GitHub signed the body.',
            param: { name: githubHeaders.identifier, in: 'header' },
          }),
        [githubHeaders.signature]: z
          .string()
          .regex(/^[A-Za-z0-9+/]{1,254}={0,2}$/, 'Must be base64.')
          .openapi({
            description:
              'The signature of the body as it is sent: ECDSA P-256 with SHA-256, as DER in base64.',
            param: { name: githubHeaders.signature, in: 'header' },
          }),
      }),
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z
              .array(GithubMatch, 'Must be a list of matches.')
              .min(1, 'Must have at least one match.')
              .max(maxMatches, `Must have at most ${maxMatches} matches.`),
            example: [
              {
                token: 'lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f',
                type: 'latchkey_api_key',
                url: 'https://github.com/octocat/Hello-World/blob/12345600b9cbe38a219f39a9941c9319b600c002/foo/bar.txt',
                source: 'content',
              },
            ],
          },
        },
      },
    },
    responses: {
      204: { description: 'The report was taken.' },
      ...refusals(400, 415, 422),
      401: refusal(401, {
        code: 'wrong_signature',
        detail:
          'The signature is missing, or not that of this body by a key of GitHub: send Github-Public-Key-Identifier and Github-Public-Key-Signature.',
        description: 'The signature is missing or wrong (`wrong_signature`).',
      }),
      404: refusal(404, {
        code: 'not_found',
        detail: 'This deployment takes no reports of GitHub: GITHUB_SECRET_SCANNING_KEYS is not set.',
        description: '`GITHUB_SECRET_SCANNING_KEYS` is not set.',
      }),
      413: longBodyTooLarge,
      429: refusal(429, {
        description:
          'Too many wrong signatures from this address. A good one is accepted all the same. `Retry-After` says how long to wait.',
      }),
      503: refusal(503, {
        description:
          'The keys of GitHub cannot be fetched (`signing_keys_unavailable`; nothing was done), or the database did not answer (`database_unavailable`; what was reported may or may not be done: report it again).',
      }),
    },
  }),
};
