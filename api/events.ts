import { createRoute, z } from '@hono/zod-openapi';
import { eventTypes } from '../decide/events.ts';
import { Actor, actorPattern, actors, onBehalfOf } from './actor.ts';
import { AccountId, accountQuery, unprefixed } from './ids.ts';
import { instant, rangeBound } from './instant.ts';
import { KeyId } from './key-body.ts';
import { filterParam, pageOf, pageQuery } from './page.ts';
import { refusal, refusals } from './problem.ts';
import { byKey, byOperator, byOperatorKey, bySession } from './security.ts';

const types = Object.keys(eventTypes) as (keyof typeof eventTypes)[];

/** Each type with its meaning, as a list in Markdown. */
const meanings = Object.entries(eventTypes)
  .map(([type, meaning]) => `- \`${type}\`: ${meaning}`)
  .join('\n');

const EventType = z.enum(types).openapi('EventType', {
  description: `What happened. More types may be added.\n\n${meanings}`,
});

/** What an event says of what happened, by its type, as a list in Markdown. */
const factsOf = `Facts about what happened. Never a token, a hash or a password.

- \`key.minted\` and \`key.imported\`: the \`name\`, \`scopes\` and \`expiresAt\` of the key, and its \`roles\`, \`limits\` and \`quota\` if it has any; of an imported key also its \`createdAt\` if it is older, and \`disabled\` if it is.
- \`account.created\`: the \`externalId\` of the account, and the \`metadata\`, \`policy\`, \`limits\` and \`quota\` that it began with, if any.
- \`account.deleted\`: the \`externalId\` that the account had, if any.
- \`key.changed\` and \`account.changed\`: the fields of the patch, as \`disabled\` if an account was suspended or let back. Only the operator sees the \`metadata\` of an account.
- \`key.expiring\` and \`key.expired\`: \`expiresAt\`. The first has \`daysLeft\` as well: 30, 7 or 1.
- \`key.unused\`: \`lastUsedAt\`, which is null if the key was never used.
- \`key.leaked\`: where the token was seen (\`url\`), and who says so (\`source\`).
- \`key.revoked\`, \`key.rotated\`, \`key.token_replaced\` and \`key.rotation_…\`: the \`name\` of the key, and as \`tokens\` those that ended with this event, each as the key showed it last: \`start\`, \`lastUsedAt\`, \`lastUsedIp\` and \`lastUsedUserAgent\`. The last use may be missing if it was less than some seconds before.
- \`key.rotated\` and \`key.token_replaced\` also: the \`expiresAt\` that the rotation named. That of the first takes effect with \`key.token_activated\`.
- \`key.revoked\` also: the \`reason\`, if it was \`leaked\`, or \`bulk\` for \`POST /v1/keys/revoke\`.
- \`session.ended\`: the \`sessionId\`, if it was signed out, and the \`reason\`, if it was \`leaked\`.
- \`key.quota_added\` and \`account.quota_added\`: how many units (\`add\`).
- \`role.created\`, \`role.changed\` and \`role.deleted\`, in the operator’s own account: \`roleId\`, and what was set.`;

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
      description: 'The key that it happened to; null if it happened to an account, a session or a role.',
    }),
    data: z.record(z.string(), z.unknown()).openapi({
      description: factsOf,
    }),
  })
  .openapi('Event');

/**
 * Two cursors: `nextCursor` is null on the last page, as in every list, so that whatever reads a list page by page ends
 * there. `followCursor` is the one to store, and is there on the last page too.
 */
const EventPage = pageOf(Event)
  .extend({
    followCursor: z.string().nullable().openapi({
      description:
        'With `order=asc`, on every page: pass it as `cursor`, now or later, to get the events after this page. It stays valid for as long as the database does. Null with `order=desc`.',
    }),
  })
  .openapi('EventPage');

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
      'The audit trail, newest first, or with `order=asc` in the order in which it was written, to follow it: every change to an account, its sessions and its keys, and to a role. An event is written in the same statement as its change, so that neither is there without the other. Sessions, and keys with `keys:audit`, read the events of their own account; the operator reads those of all accounts, or of the one it names, by its `accountId` even after that account was deleted. Only the operator sees the `ip` and the `userAgent` of what it did itself. All filters combine.\n\nTo follow the events, ask with `order=asc`, store the `followCursor` of each page when you are done with its events, and pass it as `cursor` the next time. A follower sees every event, and each once: an event is listed when no event before it can appear any more. A page reads at most 5,000 events, so with a filter it may have none while more follow. Newest first, this holds where two of `keyId`, `type`, `actor` and the account combine, of which the account of a session or a key is one: go on until `nextCursor` is null.',
    security: [bySession, byKey('keys:audit'), byOperator, byOperatorKey('operator:read')],
    request: {
      query: z.strictObject({
        accountId: accountQuery.accountId.openapi({
          description:
            'Only events of this account. Without it, the operator gets those of all accounts, and other callers those of their own.',
        }),
        externalId: accountQuery.externalId.openapi({
          description:
            'Only events of this account, by its `externalId`, which a deleted account no longer has. Use it instead of `accountId`.',
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
        order: z
          .enum(['asc', 'desc'])
          .default('desc')
          .openapi({
            description:
              '`desc`: newest first, by `at`. `asc`: in the order in which the events were written, which is not always that of `at`.',
            param: filterParam('order', 'asc'),
          }),
        limit: pageQuery.limit,
        cursor: pageQuery.cursor.openapi({
          description:
            'The `nextCursor` of the previous page of the same list. With `order=asc`, also a `followCursor`, however old it is. Opaque: do not build one, and store no `nextCursor`.',
        }),
      }),
    },
    responses: {
      200: {
        description: 'One page of events.',
        content: {
          'application/json': {
            schema: EventPage,
            example: { data: [example], nextCursor: null, followCursor: null },
          },
        },
      },
      ...refusals(401, 403, 404, 422),
      503: refusal(503, {
        description:
          'The database did not answer (`database_unavailable`), or too many lists wait to be read (`overloaded`), or with `order=asc` a change has not been finished for a second, so that it is not known which events come next (`events_pending`).',
      }),
    },
  }),
};
