import { type RawBuilder, sql } from 'kysely';
import type { Metadata } from '../db/schema.ts';
import { operatorAccountId } from '../id.ts';

/** Which keys of the deployment: those that meet every condition that is set. */
export interface KeyFilter {
  accountId?: string | undefined;
  externalId?: string | undefined;
  /** The name of a role. */
  role?: string | undefined;
  /** Entries that the metadata of the key have. */
  metadata?: Metadata | undefined;
  createdBefore?: Date | undefined;
  /** No token of it was made at or after this instant. */
  notRotatedSince?: Date | undefined;
  /** Created before this instant, and not used since. */
  unusedSince?: Date | undefined;
  /** Expires before this instant, or has expired. */
  expiresBefore?: Date | undefined;
}

/**
 * The condition on a row of `keys`. Keys of the operator's own account meet it only if it names that account: a mistake
 * must not revoke the keys by which the product's servers verify.
 */
export function meets(filter: KeyFilter): RawBuilder<unknown> {
  const {
    accountId,
    externalId,
    role,
    metadata,
    createdBefore,
    notRotatedSince,
    unusedSince,
    expiresBefore,
  } = filter;
  // The few accounts that are deleted, which an index has: those that are not may be many more than the keys of one part.
  const conditions = [sql`not exists (select from accounts where id = account_id and closed_at is not null)`];
  if (accountId === undefined) conditions.push(sql`account_id <> ${operatorAccountId}`);
  else conditions.push(sql`account_id = ${accountId}`);
  if (externalId !== undefined)
    conditions.push(sql`account_id = (select id from accounts where external_id = ${externalId})`);
  // `roles <> '{}'` is the condition of the index on the roles of keys.
  if (role !== undefined)
    conditions.push(sql`roles <> '{}' and roles @> array[(select id from roles where name = ${role})]`);
  if (metadata) conditions.push(sql`metadata @> ${JSON.stringify(metadata)}::text::jsonb`);
  if (createdBefore) conditions.push(sql`created_at < ${createdBefore}::timestamptz`);
  if (notRotatedSince)
    conditions.push(sql`not exists (
      select from tokens where key_id = keys.id and created_at >= ${notRotatedSince}::timestamptz)`);
  // Becoming the current token counts as a use: a new key, or a rotation that deleted the other tokens, is not unused.
  if (unusedSince)
    conditions.push(sql`not exists (
      select from tokens where key_id = keys.id
        and greatest(last_used_at, activated_at) >= ${unusedSince}::timestamptz)`);
  // A key that gets a token while it is waited for keeps it: its new row names a token that this statement cannot see.
  if (notRotatedSince || unusedSince)
    conditions.push(sql`num_nonnulls(current_hash, next_hash, previous_hash) = (
      select count(*) from tokens where hash in (keys.current_hash, keys.next_hash, keys.previous_hash))`);
  if (expiresBefore) conditions.push(sql`expires_at < ${expiresBefore}::timestamptz`);
  return sql.join(conditions, sql` and `);
}
