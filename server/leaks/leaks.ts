import { type RawBuilder, sql } from 'kysely';
import { endedByTokens } from '../accounts/sessions.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { endedColumns, everyToken, recordedEnd } from '../events/ended-tokens.ts';
import { type Act, recorded } from '../events/recording.ts';
import type { Signer } from '../jwt/signing.ts';
import { keyTokenHash } from '../keys/token-lookup.ts';
import type { Store } from '../store.ts';
import { hashText } from '../token.ts';
import { withoutToken } from './without-token.ts';

/** What is done with a key whose token has leaked: `notify` records it, `revoke` also revokes the key. */
export const leakPolicies = ['notify', 'revoke'] as const;
export type LeakPolicy = (typeof leakPolicies)[number];

/** A token that was seen where it should not be. */
interface Leak {
  token: string;
  /** Where it was seen. */
  url: string | null;
  /** Who or what found it. */
  source: string | null;
}

/**
 * Records leaks of tokens that their keys still have. With the policy `revoke`, these keys are revoked, and no replica
 * accepts a token of theirs when this returns. For other tokens the same statement does nothing, and the same barrier is
 * awaited, so a reporter does not learn whether a token is one. The session of a refresh token ends with either policy: its
 * holder signs in again, and no program stops.
 */
export async function reportLeaks(
  { db, settled, leakPolicy, signer }: Store & { leakPolicy: LeakPolicy; signer: Signer },
  leaks: readonly Leak[],
  act: Act,
): Promise<void> {
  const reported = await Promise.all(
    leaks.map(async ({ token, url, source }) => ({
      // What can be no token of a key has a hash as well, so that the same statement runs.
      hash: (await keyTokenHash(signer, token, act.now)) ?? hashText(token),
      data: { url: url && withoutToken(token, url), source: source && withoutToken(token, source) },
    })),
  );
  // A previous token that has ended is harmless, and no reason to revoke the key.
  const keyHas = (hash: RawBuilder<unknown>) => sql`(${hash} in (keys.current_hash, keys.next_hash)
    or ${hash} = keys.previous_hash and keys.previous_ends_at > ${timestamptz(act.now)})`;
  // Tested again on the locked row: a rotation may have replaced the token. Locked in the order of a bulk revocation.
  const revoked = sql`
    found as (
      select keys.id from keys join leaked on leaked.key_id = keys.id
      where ${keyHas(sql`leaked.hash`)} order by keys.number for update of keys),
    revoked as (delete from keys where id in (select id from found) returning ${endedColumns}),
    revocation_recorded as ${recordedEnd(act, 'key.revoked', sql`revoked`, everyToken, { reason: 'leaked' })},`;
  const isRevoked = sql`where key_id in (select id from revoked)`;
  const revokes = leakPolicy === 'revoke';
  await sql`
    with reported as (
      select decode(hash, 'hex') as hash, data
      from jsonb_to_recordset(${JSON.stringify(reported)}::text::jsonb) as sent (hash text, data jsonb)),
    leaked as (
      select tokens.hash, tokens.key_id, accounts.id as account_id, reported.data
      from reported
      join tokens on tokens.hash = reported.hash
      join keys on keys.id = tokens.key_id
      join accounts on accounts.id = keys.account_id and accounts.closed_at is null
      where ${keyHas(sql`tokens.hash`)}),
    ${endedByTokens(sql`select hash from reported`, act, { reason: 'leaked' })},
    ${revokes ? revoked : sql``}
    leak_recorded as ${recorded(
      act,
      'key.leaked',
      sql`select account_id, key_id, data from leaked ${revokes ? isRevoked : sql``}`,
      sql`written.data`,
    )}
    select from leaked`.execute(db);
  await settled();
}
