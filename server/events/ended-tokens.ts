import { type RawBuilder, sql } from 'kysely';
import type { EventType } from '../../decide/events.ts';
import { instantText } from '../db/instant-text.ts';
import { type Act, recorded } from './recording.ts';

/** The columns of `keys` that `recordedEnd` reads. */
export const endedColumns: RawBuilder<unknown> = sql`id, account_id, name, current_hash, next_hash, previous_hash`;

/** A condition on tokens: those that a key has, by its row. */
export const everyToken: RawBuilder<unknown> = sql`hash in (current_hash, next_hash, previous_hash)`;

/** A condition on tokens: those that a key has no more, by its row. */
export const replacedTokens: RawBuilder<unknown> = sql`
  hash <> current_hash and hash is distinct from next_hash and hash is distinct from previous_hash`;

/**
 * The CTE that inserts the events of a write that ends tokens, for the statement that makes it. An event keeps what is
 * deleted with the tokens: by what people recognize each of them, and its last use. Tokens that another statement has added
 * or used meanwhile are read as they were when this one began.
 * @param keys what follows FROM: rows of `keys`, with `endedColumns`
 * @param ended which tokens of the keys end: a condition on tokens, with the columns of the row of the key
 * @param data further facts, never a secret
 */
export const recordedEnd = (
  act: Act,
  type: EventType,
  keys: RawBuilder<unknown>,
  ended: RawBuilder<unknown>,
  data: object = {},
): RawBuilder<unknown> =>
  recorded(
    act,
    type,
    sql`
      select account_id, id, jsonb_build_object('name', name, 'tokens', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'start', start, 'lastUsedAt', ${instantText(sql`last_used_at`)}, 'lastUsedIp', last_used_ip,
          'lastUsedUserAgent', last_used_user_agent) order by created_at, start), '[]')
        from tokens where key_id = id and ${ended})) as facts
      from ${keys}`,
    sql`${JSON.stringify(data)}::text::jsonb || written.facts`,
  );
