import { type RawBuilder, sql } from 'kysely';

/** Who does something, and when. */
export interface Act {
  /** `session:<id>`, `key:<id>`, `operator`, `refresh_token` or `anyone`. */
  actor: string;
  /** Unix time in milliseconds. */
  now: number;
}

type Action =
  | 'account.created'
  | 'account.deleted'
  | 'password.changed'
  | 'session.started'
  | 'session.refreshed'
  | 'session.ended'
  | 'session.reuse_detected'
  | 'key.minted'
  | 'key.changed'
  | 'key.revoked';

/**
 * The audit rows of a write, for the same statement to insert: what happened and its record are one.
 * @param written a query for an account id and a key id (or null), a row for each thing that was written
 * @param detail further facts; never a secret
 */
export const recorded = (
  { actor, now }: Act,
  action: Action,
  written: RawBuilder<unknown>,
  detail: object = {},
): RawBuilder<never> => sql`(
  insert into audit (at, actor, action, account_id, key_id, detail)
  select ${new Date(now)}::timestamptz, ${actor}::text, ${action}::text, written.account_id, written.key_id,
    ${JSON.stringify(detail)}::text::jsonb
  from (${written}) as written (account_id, key_id))`;
