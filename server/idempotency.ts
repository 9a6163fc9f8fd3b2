import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { dayLength } from '../decide/durations.ts';
import type { Database } from './db/schema.ts';
import { timestamptz } from './db/timestamptz.ts';
import {
  AlreadyDone,
  DatabaseUnavailable,
  IdempotencyKeyReused,
  InsufficientScope,
  Refusal,
} from './errors.ts';
import { type Act, recorded } from './events/recording.ts';
import type { Signer } from './jwt/signing.ts';
import { hashToken } from './token.ts';

/**
 * A call that is repeated with its Idempotency-Key is done once, and answered alike each time.
 *
 * The statement that does it claims the key: its first CTE inserts the row, and everything else selects from that CTE. So
 * no row exists without the work it stands for, and none says "in progress" after a killed process. A call that finds the
 * key claimed does nothing. It reads the first answer in a second statement, since the snapshot of its first one may be
 * older than the row.
 */

/** How long the first answer is returned again, in milliseconds: 24 hours. */
export const answerLifetime = dayLength;
/** How long a key is remembered: 7 days. Until then a repeated call does nothing, even when its answer is gone. */
export const claimLifetime = 7 * answerLifetime;

/** A call that may be repeated. */
export interface IdempotentCall {
  /** As the client chose it, without quotes. */
  key: string;
  /** Whose key it is: others may use the same. See `repeaterOf`. */
  caller: string;
  operation: string;
  /** Everything that tells this request from another, as JSON: parameters and body. */
  input: unknown;
}

/** JSON with the names of each object in order, so that equal values have equal texts. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/**
 * The secrets of one claim. They are derived from the Idempotency-Key, which is not stored, a signing key, which is not in
 * the database, and a salt of the claim's own. Undefined if the deployment no longer has the signing key.
 */
function secretsOf(
  signer: Signer,
  kid: string,
  salt: Uint8Array,
  { key, caller, operation, input }: IdempotentCall,
) {
  const derived = signer.derive(kid, { secret: key, salt, info: 'latchkey idempotency', length: 76 });
  if (!derived) return undefined;
  const sealKey = derived.subarray(32, 64);
  // Each key seals one answer, so the nonce can be derived with it.
  const nonce = derived.subarray(64);
  // Keyed: a short body could be guessed from its plain hash.
  const fingerprint = createHmac('sha256', derived.subarray(0, 32))
    .update(canonicalJson([caller, operation, input]))
    .digest();
  const associated = Buffer.concat([fingerprint, Buffer.from(caller)]);
  return { sealKey, nonce, fingerprint, associated };
}
type Secrets = NonNullable<ReturnType<typeof secretsOf>>;

const tagLength = 16;

/** Encrypts an answer (AES-256-GCM), for the same call alone to open: the ciphertext, then the tag. */
function seal({ sealKey, nonce, associated }: Secrets, answer: unknown): Buffer {
  const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(associated);
  return Buffer.concat([cipher.update(JSON.stringify(answer)), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if the ciphertext or the call is not the one that was sealed */
function open({ sealKey, nonce, associated }: Secrets, sealed: Uint8Array): unknown {
  const decipher = createDecipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: tagLength })
    .setAAD(associated)
    .setAuthTag(sealed.subarray(-tagLength));
  const text = Buffer.concat([decipher.update(sealed.subarray(0, -tagLength)), decipher.final()]);
  return JSON.parse(text.toString());
}

/** What a call creates or changes. Its claim names it, and so does the refusal when the answer is gone. */
interface Made {
  accountId: string;
  /** Of a key: its id, and the hash of its token, whose first use or revocation erases the answer. */
  key?: { id: string; hash: string };
}

/** The claim of a key, for the statement that does what is asked. */
export interface Claim {
  /**
   * The first CTE of the statement: inserts the claim, and returns a row with `account_id`, or none if the key is taken.
   * @param answer the answer with its secret, to be sealed. Absent: the answer is read from the tables again
   * @param from a query without columns. If it returns no row, nothing is claimed
   */
  insert(made: Made, from: RawBuilder<unknown>, answer?: unknown): RawBuilder<unknown>;
}

function claimOf(signer: Signer, call: IdempotentCall, now: number): Claim {
  const salt = randomBytes(32);
  const secrets = secretsOf(signer, signer.kid, salt, call);
  if (!secrets) throw new Error('The signer does not know its own key.');
  return {
    insert: ({ accountId, key }, from, answer) => sql`(
      insert into idempotency_keys as known
        (caller, hash, fingerprint, salt, kid, account_id, key_id, token_hash, sealed, created_at)
      select ${call.caller}::text, ${hashToken(call.key)}::bytea, ${secrets.fingerprint}::bytea, ${salt}::bytea,
        ${signer.kid}::text, ${accountId}::text, ${key?.id ?? null}::text, decode(${key?.hash ?? null}::text, 'hex'),
        ${answer === undefined ? null : seal(secrets, answer)}::bytea, ${timestamptz(now)}
      from (${from}) as allowed
      on conflict (caller, hash) do update set
        fingerprint = excluded.fingerprint, salt = excluded.salt, kid = excluded.kid,
        account_id = excluded.account_id, key_id = excluded.key_id, token_hash = excluded.token_hash,
        sealed = excluded.sealed, created_at = excluded.created_at
      where known.created_at <= ${timestamptz(now - claimLifetime)}
      returning account_id)`,
  };
}

/** The Idempotency-Key is taken: the statement did nothing. `once` handles this. */
export class AlreadyClaimed extends Error {
  override readonly name = 'AlreadyClaimed';
}

/** How an operation is done once, and how its answer is returned again. */
interface Once<Answer> {
  /** Does it, in one statement with the claim. @throws AlreadyClaimed */
  attempt: (claim: Claim | undefined) => Promise<Answer>;
  /** What it is done to, for the refusal when its answer is gone. Absent: the key or the account of the claim. */
  about?: string;
  /** Throws if the caller must not get the first answer any more, since it may do less than it could then. */
  assertMayRepeat?: (keyId: string) => Promise<void>;
  /** The first answer, for operations that do not seal it. Undefined: what the call made is gone. */
  recall?: (made: {
    accountId: string;
    at: Date;
  }) => Promise<{ answer: Answer; accountId: string } | undefined>;
}

/** An answer, and whether it was given before. */
interface Answered<Answer> {
  answer: Answer;
  isReplay: boolean;
}

/**
 * Does what a call asks for, unless the same call was done before: then the first answer is returned again. The caller is
 * authorized already. What depends on the state, such as a limit, does not matter to a replay.
 * @param call undefined if it has no Idempotency-Key: then it is done without a claim
 * @throws IdempotencyKeyReused if the key was sent with another request
 * @throws AlreadyDone if the call was done and its answer is gone
 * @throws what `attempt` throws, if there is no earlier answer; what `assertMayRepeat` throws, if there is one
 */
export async function once<Answer>(
  { db, settled, signer }: { db: Database; settled: () => Promise<void>; signer: Signer },
  call: IdempotentCall | undefined,
  act: Act,
  { attempt, ...earlier }: Once<Answer>,
): Promise<Answered<Answer>> {
  if (!call) return { answer: await attempt(undefined), isReplay: false };
  // A claim can be swept between the attempt and the read.
  for (let tries = 0; tries < 3; tries += 1) {
    let refusal: Refusal | undefined;
    try {
      // A salt of its own for each attempt, which may seal another answer.
      return { answer: await attempt(claimOf(signer, call, act.now)), isReplay: false };
    } catch (error) {
      if (!(error instanceof AlreadyClaimed)) refusal = ofState(error);
    }
    const found = await earlierAnswer({ db, signer }, call, act, earlier);
    if (found) {
      // A refused attempt has not waited until what the first call did is in force.
      if (refusal) await settled();
      return { answer: found.answer as Answer, isReplay: true };
    }
    if (refusal) throw refusal;
  }
  throw new Error('An Idempotency-Key is taken by a claim that is not there.');
}

/**
 * A refusal for a state that may have changed since the first call. Other errors are thrown: a caller that lacks a scope
 * gets no earlier answer either, and without the database there is none.
 */
function ofState(error: unknown): Refusal {
  const isOther = error instanceof DatabaseUnavailable || error instanceof InsufficientScope;
  if (error instanceof Refusal && !isOther) return error;
  throw error;
}

interface ClaimRow {
  fingerprint: Uint8Array;
  salt: Uint8Array;
  kid: string;
  accountId: string;
  keyId: string | null;
  at: Date;
}

/** The answer to an earlier call with this key, recorded as replayed. Undefined if there was none. */
async function earlierAnswer<Answer>(
  { db, signer }: { db: Database; signer: Signer },
  call: IdempotentCall,
  act: Act,
  { about, assertMayRepeat, recall }: Omit<Once<Answer>, 'attempt'>,
): Promise<{ answer: unknown } | undefined> {
  const claims = sql`caller = ${call.caller}::text and hash = ${hashToken(call.key)}::bytea
    and created_at > ${timestamptz(act.now - claimLifetime)}`;
  const { rows } = await sql<ClaimRow>`
    select fingerprint, salt, kid, account_id as "accountId", key_id as "keyId", created_at as at
    from idempotency_keys
    where ${claims}`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { accountId, keyId, at } = row;
  const gone = new AlreadyDone(keyId === null ? (about ?? `acc_${accountId}`) : { keyId });
  const secrets = secretsOf(signer, row.kid, row.salt, call);
  if (!secrets) throw gone;
  if (!timingSafeEqual(secrets.fingerprint, row.fingerprint)) throw new IdempotencyKeyReused();
  if (keyId !== null) await assertMayRepeat?.(keyId);

  const recalled = await recall?.({ accountId, at });
  if (recall && recalled === undefined) throw gone;
  // Locked: the answer is erased either before it is read here, or after its replay is recorded.
  const shown = await sql<{ sealed: Uint8Array | null }>`
    with shown as (
      select account_id, key_id, sealed from idempotency_keys
      where ${claims} and fingerprint = ${row.fingerprint}::bytea
        and created_at > ${timestamptz(act.now - answerLifetime)}
        and (key_id is null or sealed is not null)
        and (key_id is null or exists (select from accounts where id = account_id and closed_at is null))
      for share),
    recorded as ${recorded(
      act,
      'request.replayed',
      sql`select coalesce(${recalled?.accountId ?? null}::text, account_id), key_id from shown`,
    )}
    select sealed from shown`.execute(db);
  const [last] = shown.rows;
  if (!last) throw gone;
  return { answer: last.sealed ? open(secrets, last.sealed) : recalled?.answer };
}
