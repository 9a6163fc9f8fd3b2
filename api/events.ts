import { createRoute, z } from '@hono/zod-openapi';
import { eventTypes } from '../decide/events.ts';
import { AccountId, accountQuery, unprefixed } from './accounts.ts';
import { Actor, actorPattern, actors, onBehalfOf } from './actor.ts';
import { instant, rangeBound } from './instant.ts';
import { KeyId } from './key-body.ts';
import { filterParam, pageOf, pageQuery } from './page.ts';
import { refusals } from './problem.ts';
import { keyReaders } from './security.ts';

const types = Object.keys(eventTypes) as (keyof typeof eventTypes)[];

/** Each type with its meaning, as a list in Markdown. */
const meanings = Object.entries(eventTypes)
  .map(([type, meaning]) => `- \`${type}\`: ${meaning}`)
  .join('\n');

const EventType = z.enum(types).openapi('EventType', {
  description: `What happened. More types may be added.\n\n${meanings}`,
});

const operatorOnly =
  'For others than the operator it is null where the operator did it, with its token or with a key of its own account.';

const Event = z
  .object({
    id: z
      .string()
      .regex(/^evt_[0-9a-f]{24}$/)
      .openapi({ description: 'The event’s id. Later events have greater ids.' }),
    type: EventType,
    at: instant.openapi({ description: 'When it happened.' }),
    actor: Actor,
    onBehalfOf,
    requestId: z.string().nullable().openapi({
      description: 'The `x-request-id` of the response; null if the service did it by itself.',
    }),
    ip: z
      .string()
      .nullable()
      .openapi({ description: `The address of the caller, if known. ${operatorOnly}` }),
    userAgent: z
      .string()
      .nullable()
      .openapi({ description: `The user agent of the caller, if known. ${operatorOnly}` }),
    accountId: AccountId,
    keyId: KeyId.nullable().openapi({
      type: ['string', 'null'],
      description: 'The key that it happened to; null if it happened to the account or a session.',
    }),
    data: z.record(z.string(), z.unknown()).openapi({
      description:
        'What was set: for `key.changed` and `account.changed` the fields of the patch: `disabled` if an account was suspended or let back. For `key.leaked`: where the token was seen (`url`), and who says so (`source`). For `key.revoked`: the `reason`, if it was `leaked`, or `bulk` for `POST /v1/keys/revoke`. For `key.quota_added`: how many units (`add`). Never a token, a hash or a password.',
    }),
  })
  .openapi('Event');

const example = {
  id: 'evt_019c1426f380000000001a2b',
  type: 'key.changed',
  at: '2026-01-31T12:00:00.000Z',
  actor: 'operator',
  onBehalfOf: 'support@example.com',
  requestId: '0b8b2f3e-7c0e-4a51-9a4e-4c1f2a6d9f10',
  ip: '203.0.113.7',
  userAgent: 'admin-pages/1.2',
  accountId: 'acc_6921a5c0b281af121fcda4ce',
  keyId: 'key_6921a5d4b281af121fcda4cf',
  data: { disabled: true },
};

export const events = {
  list: createRoute({
    operationId: 'listEvents',
    method: 'get',
    path: '/v1/events',
    tags: ['Events'],
    summary: 'List events',
    description:
      'The audit trail, newest first: every change to an account, its sessions and its keys. An event is written in the same statement as its change, so that neither is there without the other. Sessions and keys read the events of their own account; the operator reads those of all accounts, or of the one it names, even after that account was deleted. Only the operator sees the `ip` and the `userAgent` of what it did itself. All filters combine.',
    security: keyReaders,
    request: {
      query: z.strictObject({
        accountId: accountQuery.accountId.openapi({
          description:
            'Only events of this account. Without it, the operator gets those of all accounts, and other callers those of their own.',
        }),
        externalId: accountQuery.externalId.openapi({
          description: 'Only events of this account, by its `externalId`. Use it instead of `accountId`.',
        }),
        keyId: KeyId.transform(unprefixed)
          .optional()
          .openapi({
            description: 'Only events of this key, even after it was revoked.',
            param: filterParam('keyId', 'key_6921a5d4b281af121fcda4cf'),
          }),
        type: EventType.optional().openapi({
          param: { ...filterParam('type', 'key.revoked'), description: 'Only events of this type.' },
        }),
        actor: z
          .string()
          .regex(actorPattern, 'Must be the `actor` of an event.')
          .optional()
          .openapi({
            description: `Only what this actor did: ${actors}.`,
            param: filterParam('actor', 'operator'),
          }),
        from: rangeBound('from', 'Only events at or after this instant, RFC 3339 (write a `+` as `%2B`).'),
        to: rangeBound('to', 'Only events before this instant.'),
        ...pageQuery,
      }),
    },
    responses: {
      200: {
        description: 'One page of events.',
        content: {
          'application/json': {
            schema: pageOf(Event).openapi('EventPage'),
            example: { data: [example], nextCursor: null },
          },
        },
      },
      ...refusals(401, 403, 404, 422, 503),
    },
  }),
};
