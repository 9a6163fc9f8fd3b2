import { z } from '@hono/zod-openapi';
import {
  type FromReplica,
  type FromVerifier,
  maxAsked,
  maxTold,
  pingInterval,
  protocol,
} from '../decide/frames.ts';
import { outcomes } from '../decide/outcomes.ts';
import { tokenStates } from '../decide/verdict.ts';
import { ShownMetadata } from './metadata.ts';
import { byOperator, byOperatorKey } from './security.ts';

/**
 * The contract of a verifier: a process of the product that decides on tokens itself. It is a WebSocket, so it stands in
 * no OpenAPI document: `verifier-document.ts` makes one of AsyncAPI.
 */

/** Who may open one. */
export const verifierSecurity = [byOperatorKey('keys:verify'), byOperator];

/** How long a verifier may take to say hello, in milliseconds, and what its first frame may have in bytes. */
export const helloWithin = 1_000;
export const maxHelloBytes = 1_024;
/** What a frame of a verifier may have in messages. */
export const maxMessages = 100;

/** Why the service closes a verifier's WebSocket: the codes of RFC 6455, section 7.4.2, for applications. */
export const closeCodes = {
  4400: 'A frame was not one of this protocol.',
  4401: 'The token is not, or no longer, good.',
  4403: 'The token may not verify every key: use the operator token, or a key with `keys:verify` of the operator’s account.',
  4408: 'No hello came in time, too many connections had sent none, the verifier did not read or acknowledge what it was sent, or it has another connection.',
  4503: 'The replica is ending, has too many verifiers, or cannot reach its database: try again, after a moment.',
} as const;
export type CloseCode = keyof typeof closeCodes;

const hash = z
  .string()
  .regex(/^[0-9a-f]{128}$/)
  .describe('SHA-512 of a token, in hexadecimal digits.');
const number = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = z.number().describe('Unix time in milliseconds.');
const text = z.string().max(500);

const uses = z.strictObject({
  hash,
  lastUsedAt: time.nullable().describe('When it was valid last; null: it was not.'),
  ip: text.nullable(),
  userAgent: text.nullable(),
  counts: z.partialRecord(z.enum(outcomes), z.int().min(1)).describe('How often which verdict was given.'),
});

const limit = z.strictObject({
  id: number,
  name: z.string(),
  amount: z.number().nullable(),
  windowSeconds: z.number().nullable(),
  generation: z.number(),
  sharedByAccount: z.boolean(),
});

const tombstone = z
  .strictObject({
    gone: z.enum(['revoked', 'rotated']),
    id: z.string(),
    accountId: z.string(),
    name: z.string(),
  })
  .describe('What is left of a token that is gone.');

const key = z
  .strictObject({
    gone: z.null(),
    id: z.string(),
    state: z
      .enum(tokenStates)
      .describe('Which of the tokens of the key it is. Verify a `next` token over HTTP.'),
    accountId: z.string(),
    externalId: z.string().nullable(),
    accountMetadata: ShownMetadata.nullable().describe('Null: its account has none.'),
    name: z.string(),
    scopes: z.array(z.string()),
    hasRoles: z.boolean().describe('Whether `roles_changed` makes this out of date.'),
    metadata: ShownMetadata,
    limits: z.array(limit).nullable().describe('Unless this is null, verify the token over HTTP.'),
    expiresAt: time.nullable(),
    accountDisabledAt: time.nullable().describe('Since when its account is disabled.'),
    disabledAt: time.nullable(),
    notBefore: time.nullable(),
    endsAt: time.nullable().describe('When the token ends, if it is the `previous` one.'),
    allowedIps: z.array(z.string()).nullable().describe('Ranges of addresses in CIDR notation.'),
    audience: z.array(z.string()).nullable(),
  })
  .describe('A key, as far as a verdict depends on it.');

const found = z.strictObject({
  hash,
  keep: z.boolean().describe('Whether it may be cached until it changes. If false, use it once.'),
  key: z.union([key, tombstone]).nullable().describe('Null: there is no such token.'),
});

/** What a verifier says, by its kind. */
export const fromVerifier = {
  hello: z
    .strictObject({
      kind: z.literal('hello'),
      version: z.literal(protocol),
      token: z
        .string()
        .describe('The operator token, or a key with `keys:verify` of the operator’s account.'),
      instance: z
        .string()
        .regex(/^[\w-]{8,64}$/)
        .describe('A random name of this verifier. It keeps it over all its connections.'),
    })
    .describe('The first message, within a second.'),
  ping: z
    .strictObject({ kind: z.literal('ping'), ping: number })
    .describe(`Asks for trust. A verifier sends one every ${pingInterval} ms.`),
  ask: z
    .strictObject({ kind: z.literal('ask'), hashes: z.array(hash).min(1).max(maxAsked) })
    .describe('Asks what is known of tokens. The next ask waits for the answer.'),
  ack: z
    .strictObject({ kind: z.literal('ack'), barrier: number })
    .describe('Every change that was told before this barrier is in force here.'),
  uses: z
    .strictObject({
      kind: z.literal('uses'),
      number,
      hour: time.describe('When the hour began in which these uses were, as Unix time in milliseconds.'),
      uses: z.array(uses).min(1).max(maxTold),
    })
    .describe(
      'Uses of tokens. The next ones wait for `used`. If the connection ends before it, they are told again on the next one, and may count twice.',
    ),
  bye: z
    .strictObject({ kind: z.literal('bye') })
    .describe('The verifier answers nothing from its cache any more: no change has to wait for it.'),
} satisfies { [Kind in FromVerifier['kind']]: z.ZodType<Extract<FromVerifier, { kind: Kind }>> };

/** What a replica says, by its kind. */
export const fromReplica = {
  welcome: z.strictObject({ kind: z.literal('welcome') }).describe('The verifier is let in.'),
  pong: z
    .strictObject({
      kind: z.literal('pong'),
      ping: number,
      trust: z
        .number()
        .min(0)
        .describe(
          'For how many milliseconds, from when it sent this ping, the verifier may answer from its cache.',
        ),
      now: time.describe('The time of the database, as Unix time in milliseconds.'),
    })
    .describe('Gives trust. A trust of 0 gives none; it ends none either.'),
  found: z
    .strictObject({ kind: z.literal('found'), found: z.array(found) })
    .describe('The answer to an ask, in the order of its hashes.'),
  unavailable: z
    .strictObject({ kind: z.literal('unavailable') })
    .describe('The answer to an ask where the database cannot be reached.'),
  changed: z
    .strictObject({ kind: z.literal('changed'), hash })
    .describe('Forget what was found of this token.'),
  account_changed: z
    .strictObject({ kind: z.literal('account_changed'), accountId: z.string() })
    .describe('Forget all keys of this account.'),
  roles_changed: z
    .strictObject({ kind: z.literal('roles_changed') })
    .describe('Forget all keys that have roles.'),
  changed_all: z.strictObject({ kind: z.literal('changed_all') }).describe('Forget everything.'),
  barrier: z
    .strictObject({ kind: z.literal('barrier'), barrier: number })
    .describe(
      'Acknowledge this once everything before it is in force. A change waits for it, until the trust that was given before ends. After 250 ms without an acknowledgement no more trust is given.',
    ),
  used: z.strictObject({ kind: z.literal('used'), number }).describe('The uses of this number are counted.'),
  moving: z
    .strictObject({ kind: z.literal('moving') })
    .describe('The replica ends soon: open another connection, and then say bye on this one.'),
} satisfies { [Kind in FromReplica['kind']]: z.ZodType<Extract<FromReplica, { kind: Kind }>> };

const { hello, ping, ask, ack, uses: told, bye } = fromVerifier;
const frame = z
  .array(z.discriminatedUnion('kind', [hello, ping, ask, ack, told, bye]))
  .min(1)
  .max(maxMessages);

/**
 * A ping alone, as `JSON.stringify` writes it. Nearly every frame is one, so it is not parsed by its schema, which would
 * take as long as all else. A number of 15 digits is a safe integer.
 */
const pingAlone = /^\[\{"kind":"ping","ping":(0|[1-9]\d{0,14})\}\]$/;

/** Reads a frame of a verifier; undefined where it is none. */
export function readFrame(text: string): FromVerifier[] | undefined {
  const ping = pingAlone.exec(text)?.[1];
  if (ping) return [{ kind: 'ping', ping: Number(ping) }];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return frame.safeParse(json).data;
}
