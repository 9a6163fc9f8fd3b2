import { sql } from 'kysely';

/**
 * Every change to a key is told on the channel `latchkey`, whoever makes it: `changed <hash>`, in hexadecimal digits,
 * `account_changed <id>` for all keys of an account, `roles_changed` for all keys with a role, or `changed_all` for more
 * than can be named. It is told when the change commits, in the order of commits.
 */
export const statements = [
  // The replicas that answer from memory, each with the number of its last heartbeat.
  sql`create table replicas (
    id text collate "C" primary key,
    beat bigint not null
  )`,

  sql`create function key_changed() returns trigger language plpgsql as $$
  begin
    perform pg_notify('latchkey', 'changed ' || encode(hash, 'hex'))
    from unnest(array[new.current_hash, new.next_hash, new.previous_hash]) as hash where hash is not null;
    return null;
  end $$`,
  // All that a verdict says. A token that is about to replace another changes nothing until it is used.
  sql`create trigger key_changed
    after update of id, account_id, name, scopes, roles, metadata, expires_at, disabled_at, not_before,
      allowed_ips, audience, current_hash, previous_hash, previous_ends_at on keys
    for each row execute function key_changed()`,
  // A rotation sets the expiry of its next token together with that token. This tells of a change of the expiry alone.
  sql`create trigger next_expiry_changed after update of next_expires_at on keys
    for each row when (old.next_hash = new.next_hash and old.next_expires_at is distinct from new.next_expires_at)
    execute function key_changed()`,

  sql`create function token_changed() returns trigger language plpgsql as $$
  begin
    if tg_op <> 'INSERT' then
      perform pg_notify('latchkey', 'changed ' || encode(old.hash, 'hex'));
    end if;
    if tg_op <> 'DELETE' then
      perform pg_notify('latchkey', 'changed ' || encode(new.hash, 'hex'));
    end if;
    return null;
  end $$`,
  // Deletions of keys are told here: when the keys are gone, so are their tokens.
  sql`create trigger token_changed after delete or update of hash, key_id on tokens
    for each row execute function token_changed()`,
  // A token that is being minted (see mintKey) is new to the world, so nobody remembers it as unknown. To tell takes a
  // lock of the whole server at commit, so that all who mint would stand in one line. Keys brought in otherwise are told.
  sql`create trigger token_inserted after insert on tokens
    for each row when (current_setting('latchkey.minting', true) is distinct from 'on') execute function token_changed()`,

  sql`create function keys_changed() returns trigger language plpgsql as $$
  begin
    perform pg_notify('latchkey', 'changed_all');
    return null;
  end $$`,
  sql`create trigger tokens_truncated after truncate on tokens for each statement execute function keys_changed()`,
  // Once for each statement and without an id: a cache does not know which of its keys have a role.
  sql`create function roles_changed() returns trigger language plpgsql as $$
  begin
    perform pg_notify('latchkey', 'roles_changed');
    return null;
  end $$`,
  sql`create trigger roles_changed after insert or update or delete or truncate on roles
    for each statement execute function roles_changed()`,
  sql`create function account_changed() returns trigger language plpgsql as $$
  begin
    perform pg_notify('latchkey', 'account_changed ' || new.id);
    return null;
  end $$`,
  // A verdict names its account in the product's words, tells its metadata, and depends on whether it is disabled.
  sql`create trigger account_changed after update of external_id, metadata, disabled_at, closed_at on accounts
    for each row when (old.external_id is distinct from new.external_id
      or old.metadata is distinct from new.metadata
      or old.disabled_at is distinct from new.disabled_at
      or (old.closed_at is null and new.closed_at is not null))
    execute function account_changed()`,
  // By hand only. Caches know the keys of an account that was deleted as unknown, so they cannot find them by its id.
  sql`create trigger account_replaced after update of id, closed_at on accounts
    for each row when (old.id <> new.id or (old.closed_at is not null and new.closed_at is null))
    execute function keys_changed()`,
];
