import { type RawBuilder, sql } from 'kysely';
import { assertWithin } from './bounds.ts';
import { InvalidInput } from './errors.ts';
import { type Act, recorded } from './events.ts';
import {
  getKey,
  type Key,
  type KeyName,
  type KeyRow,
  keyColumns,
  keyOf,
  named,
  ownedBy,
  type Store,
} from './keys.ts';

/** What a key may be changed to: what is absent stays. Metadata is merged, and null removes an entry (RFC 7396). */
export interface KeyChange {
  name?: string | undefined;
  scopes?: string[] | undefined;
  metadata?: Record<string, string | number | boolean | null> | undefined;
  expiresAt?: Date | null | undefined;
  disabled?: boolean | undefined;
  notBefore?: Date | null | undefined;
  allowedIps?: string[] | null | undefined;
  audience?: string[] | null | undefined;
}

const isNothing = ({ metadata = {}, ...change }: KeyChange) =>
  Object.keys(metadata).length === 0 && Object.values(change).every((value) => value === undefined);

/** How many entries metadata may have, and how many bytes their names and texts may take as JSON. */
const maxMetadataEntries = 50;
const maxMetadataBytes = 4_096;

/** Whether metadata keep these bounds: counted as the contract counts them (api/keys.ts). */
const isWithinBounds = (metadata: RawBuilder<unknown>) => sql`(
  select count(*) <= ${maxMetadataEntries} and coalesce(sum(octet_length(to_json(name)::text) +
    case jsonb_typeof(value) when 'string' then octet_length(value::text) else 0 end), 0) <= ${maxMetadataBytes}
  from jsonb_each(${metadata}) as facts(name, value))`;

/**
 * Changes a key, and answers with what it is now, once that is in force everywhere. Where nothing is to change, nothing
 * is written.
 * @param within scopes that the key must not go beyond, before and after: those of a key that makes the call, which
 * could otherwise bring a stronger one back to life. Absent: no such bound
 * @throws KeyNotFound where the account has no such key
 * @throws InsufficientScope where the key has scopes beyond `within`, or would get some
 * @throws InvalidInput where the merged metadata would be too many, or too long
 */
export async function changeKey(
  { db, settled }: Store,
  accountId: string,
  name: KeyName,
  { within, ...change }: KeyChange & { within?: ReadonlySet<string> | undefined },
  act: Act,
): Promise<Key> {
  assertWithin(change.scopes ?? [], within);
  if (isNothing(change)) return getKey(db, accountId, name);
  const held = within && (await getKey(db, accountId, name)).scopes;
  assertWithin(held ?? [], within);
  const at = sql`${new Date(act.now)}::timestamptz`;
  const merged = sql`jsonb_strip_nulls(metadata || ${JSON.stringify(change.metadata ?? {})}::text::jsonb)`;
  const changes = [sql`updated_at = ${at}`, sql`metadata = ${merged}`];
  if (change.name !== undefined) changes.push(sql`name = ${change.name}`);
  if (change.scopes !== undefined) changes.push(sql`scopes = ${change.scopes}::text[]`);
  if (change.expiresAt !== undefined) changes.push(sql`expires_at = ${change.expiresAt}::timestamptz`);
  if (change.notBefore !== undefined) changes.push(sql`not_before = ${change.notBefore}::timestamptz`);
  if (change.allowedIps !== undefined) changes.push(sql`allowed_ips = ${change.allowedIps}::text[]`);
  if (change.audience !== undefined) changes.push(sql`audience = ${change.audience}::text[]`);
  if (change.disabled === true) changes.push(sql`disabled_at = coalesce(disabled_at, ${at})`);
  if (change.disabled === false) changes.push(sql`disabled_at = null`);

  const { rows } = await sql<KeyRow>`
    with changed as (
      update keys set ${sql.join(changes)}
      where ${ownedBy(accountId)} and ${named(name)}
        and (${change.metadata === undefined}::boolean or ${isWithinBounds(merged)})
        and (${held ?? null}::text[] is null or scopes = ${held ?? null}::text[])
      returning *),
    recorded as ${recorded(act, 'key.changed', sql`select account_id, id from changed`, change)}
    select ${keyColumns} from changed as keys`.execute(db);
  const [changed] = rows;
  if (changed) {
    await settled();
    return keyOf(changed);
  }

  const { scopes } = await getKey(db, accountId, name);
  // Its scopes were changed between the check and the update.
  if (held && held.join() !== scopes.join())
    return changeKey({ db, settled }, accountId, name, { within, ...change }, act);
  throw new InvalidInput({
    detail: `Would have more than ${maxMetadataEntries} entries, or take more than ${maxMetadataBytes} bytes as JSON: remove some with null.`,
    pointer: '#/metadata',
  });
}
