import { sql } from 'kysely';
import { instant } from './instant.ts';

export const statements = [
  // Room in each page lets an update of key_count stay in it, without touching an index.
  sql`create table accounts (
    id text collate "C" primary key,
    number bigint generated always as identity unique,
    email text unique,
    password_hash text,
    password_version integer not null default 0,
    external_id text unique,
    -- How many keys it has, kept exact by triggers on keys and by mintKey.
    key_count integer not null default 0,
    -- What the operator says of it, which verdicts on its keys tell. Null: nothing.
    metadata jsonb,
    -- What its keys are held to, each field in place of the deployment's. Null: nothing of its own. It has no check of
    -- its form, which every mint would pay for, since it updates key_count.
    policy jsonb,
    ${instant('created_at')} not null,
    -- From then on every key of it is refused, and none is created.
    ${instant('disabled_at')},
    -- From then on it counts as deleted, and closed_by is the act that did it (events/recording.ts). A sweep removes the rest of it.
    ${instant('closed_at')},
    closed_by jsonb,
    check ((email is null) = (password_hash is null)),
    check ((closed_at is null) = (closed_by is null))
  ) with (fillfactor = 85)`,
  sql`create index on accounts (closed_at) where closed_at is not null`,

  // Good only while its account still has the password that it began with.
  sql`create table sessions (
    id text collate "C" primary key,
    number bigint generated always as identity,
    account_id text collate "C" not null references accounts on delete cascade,
    password_version integer not null,
    ${instant('created_at')} not null,
    -- When it was last refreshed, or began.
    ${instant('last_used_at')} not null,
    ${instant('expires_at')} not null
  )`,
  sql`create index on sessions (account_id, number)`,
  sql`create index on sessions (expires_at)`,

  // A used token is kept for a while (see refreshSession), so that a second use is known for what it is.
  sql`create table refresh_tokens (
    hash bytea primary key,
    session_id text collate "C" not null references sessions on delete cascade,
    ${instant('used_at')}
  )`,
  sql`create index on refresh_tokens (session_id)`,

  // Sets of scopes that keys have by the ids of the roles.
  sql`create table roles (
    id text collate "C" primary key,
    number bigint generated always as identity unique,
    name text not null unique,
    description text not null,
    scopes text[] not null,
    ${instant('created_at')} not null,
    ${instant('updated_at')} not null
  )`,

  // What a key is for, and which tokens it has, by their hashes: one, or two while it rotates. Whoever rotates it
  // contends for this row, and tests nothing else. Its tokens are in the next table.
  sql`create table keys (
    id text collate "C" primary key,
    number bigint generated always as identity unique,
    account_id text collate "C" not null references accounts on delete cascade,
    name text not null,
    scopes text[] not null,
    -- Ids of roles, without a foreign key: that of a deleted role gives nothing.
    roles text[] not null default '{}',
    metadata jsonb not null,
    ${instant('expires_at')},
    ${instant('disabled_at')},
    -- Conditions on who presents a token, when and to whom. Null: none, which an empty list must not be taken for.
    ${instant('not_before')},
    allowed_ips text[] check (cardinality(allowed_ips) > 0),
    audience text[] check (cardinality(audience) > 0),
    -- The actor that minted it, and whom it acted for. What comes in by SQL is the operator's doing.
    created_by text not null default 'operator',
    on_behalf_of text,
    -- When the next notice may be due (background/notices.ts): of its expiry, infinity after the last one and null
    -- where it never expires; and of its disuse.
    expiry_check_at timestamptz,
    unused_check_at timestamptz not null,
    ${instant('created_at')} not null,
    ${instant('updated_at')} not null,
    current_hash bytea not null,
    -- Has never been used. From its first accepted verification on it is the current one, and that one the previous.
    next_hash bytea,
    -- So many seconds the current token will live on then.
    next_overlap integer,
    -- When the key will expire then. Null: never.
    ${instant('next_expires_at')},
    -- Still accepted, until it ends.
    previous_hash bytea,
    ${instant('previous_ends_at')},
    -- When it would have expired without the rotation.
    ${instant('previous_expires_at')},
    check ((next_hash is null) = (next_overlap is null)),
    check (next_hash is not null or next_expires_at is null),
    check ((previous_hash is null) = (previous_ends_at is null)),
    check (previous_hash is not null or previous_expires_at is null),
    check (next_hash is null or previous_hash is null)
  ) with (fillfactor = 85)`,
  sql`create index on keys (account_id, number)`,
  sql`create index on keys (expiry_check_at) where expiry_check_at < 'infinity'`,
  sql`create index on keys (unused_check_at)`,
  sql`create index on keys using gin (roles) where roles <> '{}'`,

  // Which of 30, 7, 1 and 0 days before an expiry comes next. In hours, which no time zone makes longer or shorter.
  sql`create function next_expiry_check(expires_at timestamptz, at timestamptz) returns timestamptz
    language sql stable as $$
    select coalesce(min(check_at), 'infinity') from unnest(array[
      expires_at - interval '720 hours', expires_at - interval '168 hours', expires_at - interval '24 hours', expires_at
    ]) as check_at where check_at > at and expires_at is not null
  $$`,
  // Rows of another database, such as a copied one, bring their own. Functions of triggers that use something of this
  // schema find it there, whatever the search_path of somebody who changes rows by hand.
  sql`create function plan_notices() returns trigger language plpgsql set search_path from current as $$
  begin
    new.unused_check_at := coalesce(new.unused_check_at, new.created_at + interval '2160 hours');
    if new.expires_at is null then
      new.expiry_check_at := null;
    elsif new.expiry_check_at is null or (tg_op = 'UPDATE' and new.expires_at is distinct from old.expires_at) then
      new.expiry_check_at := next_expiry_check(new.expires_at, new.updated_at);
    end if;
    return new;
  end $$`,
  sql`create trigger notices_planned before insert or update of expires_at on keys
    for each row execute function plan_notices()`,

  // An expiry that is changed by hand in SQL holds for every token of the key. That of the next token has its own column.
  sql`create function follow_expiry() returns trigger language plpgsql as $$
  begin
    new.next_expires_at := new.expires_at;
    return new;
  end $$`,
  sql`create trigger expiry_followed before update of expires_at on keys
    for each row when (old.next_hash = new.next_hash and old.expires_at is distinct from new.expires_at
      and old.next_expires_at is not distinct from new.next_expires_at)
    execute function follow_expiry()`,

  // Room in each page lets an update of last_used_at stay in it, without touching an index.
  sql`create table tokens (
    hash bytea primary key,
    key_id text collate "C" not null references keys on delete cascade,
    start text not null,
    ${instant('created_at')} not null,
    -- Since when it is, or was, the current one. Null of one that was never used since a rotation brought it.
    ${instant('activated_at')},
    ${instant('last_used_at')},
    last_used_ip text,
    last_used_user_agent text
  ) with (fillfactor = 85)`,
  sql`create index on tokens (key_id)`,

  // Tokens that are gone, so that whoever presents one can be told why. Those of a deleted account leave none.
  sql`create table tombstones (
    hash bytea primary key,
    key_id text collate "C" not null,
    account_id text collate "C" not null references accounts on delete cascade,
    name text not null,
    reason text not null check (reason in ('revoked', 'rotated')),
    ${instant('at')} not null
  )`,
  sql`create index on tombstones (account_id)`,
  // For the sweep.
  sql`create index on tombstones (at)`,
  sql`create function entomb_tokens() returns trigger language plpgsql set search_path from current as $$
  begin
    insert into tombstones (hash, key_id, account_id, name, reason, at)
    select hash, old.id, old.account_id, old.name, 'revoked', now()
    from unnest(array[old.current_hash, old.next_hash, old.previous_hash]) as hash
    where hash is not null and exists (select from accounts where id = old.account_id and closed_at is null)
    on conflict do nothing;
    return null;
  end $$`,
  sql`create trigger key_entombed after delete on keys for each row execute function entomb_tokens()`,

  // Every token that was ever imported, so that none is imported again. A row stays when its key, its account and its
  // tombstone are gone, and nothing deletes it.
  sql`create table imported_tokens (hash bytea primary key)`,

  // A key has the tokens that it names, and no others: also those that another rotation brings in at the same time,
  // which a statement that began before cannot see.
  sql`create function delete_replaced_tokens() returns trigger language plpgsql set search_path from current as $$
  begin
    with replaced as (
      delete from tokens where key_id = new.id and hash <> new.current_hash
        and hash is distinct from new.next_hash and hash is distinct from new.previous_hash
      returning hash)
    insert into tombstones (hash, key_id, account_id, name, reason, at)
    select hash, new.id, new.account_id, new.name, 'rotated', now() from replaced
    on conflict do nothing;
    return null;
  end $$`,
  sql`create trigger key_rotated after update of current_hash, next_hash, previous_hash on keys
    for each row execute function delete_replaced_tokens()`,

  // Once for each statement, not for each row: a thousand updates of one row in one transaction read each other's
  // versions. A key that is being minted (see mintKey) is counted where the bound is checked, which is less work.
  //
  // Whoever waits for locks takes those of keys before that of their account, since the deletion of a key can do it in
  // no other order, those of sessions before it too, since a report of leaks can end some in the same statement, those
  // of several accounts in the order of their ids, and counts (usage.ts) last. A mint locks its account first, but then
  // waits for no key; mints that share a statement, and sweeps (background/), wait for nobody.
  sql`create function count_keys() returns trigger language plpgsql set search_path from current as $$
  begin
    if tg_op = 'TRUNCATE' then
      update accounts set key_count = 0 where key_count <> 0;
    elsif tg_op = 'INSERT' then
      update accounts set key_count = key_count + came.count
      from (select account_id, count(*) from inserted group by account_id) as came
      where accounts.id = came.account_id;
    else
      perform from accounts where id = any(array(select account_id from deleted)) order by id for no key update;
      update accounts set key_count = key_count - gone.count
      from (select account_id, count(*) from deleted group by account_id) as gone
      where accounts.id = gone.account_id;
    end if;
    return null;
  end $$`,
  sql`create trigger keys_inserted after insert on keys
    referencing new table as inserted for each statement
    when (coalesce(current_setting('latchkey.minting', true), '') not in ('on', 'imported')) execute function count_keys()`,
  sql`create trigger keys_deleted after delete on keys
    referencing old table as deleted for each statement execute function count_keys()`,
  sql`create trigger keys_emptied after truncate on keys for each statement execute function count_keys()`,

  sql`create function count_moved_key() returns trigger language plpgsql set search_path from current as $$
  begin
    update accounts set key_count = key_count + case id when new.account_id then 1 else -1 end
    where id in (old.account_id, new.account_id);
    return null;
  end $$`,
  sql`create trigger key_moved after update of account_id on keys
    for each row when (old.account_id <> new.account_id) execute function count_moved_key()`,

  // No foreign keys: what happened stays on record after those it happened to are gone.
  sql`create table events (
    number bigint generated always as identity unique,
    ${instant('at')} not null,
    type text collate "C" not null,
    actor text collate "C" not null,
    on_behalf_of text,
    request_id text,
    ip text,
    user_agent text,
    account_id text collate "C" not null,
    key_id text collate "C",
    data jsonb not null default '{}',
    primary key (at, number)
  )`,
  // In the order of writing, to follow the events: of all accounts, and of one (events/following.ts).
  sql`create index on events (account_id, number)`,
  sql`create index on events (account_id, at, number)`,
  sql`create index on events (key_id, at, number) where key_id is not null`,
  sql`create index on events (type, at, number)`,
  sql`create index on events (actor, at, number)`,

  // Calls that were made with an Idempotency-Key, and what each of them made (idempotency.ts).
  sql`create table idempotency_keys (
    caller text collate "C" not null,
    -- SHA-512 of the key.
    hash bytea not null,
    fingerprint bytea not null,
    salt bytea not null,
    -- Which signing key the secrets of the row follow from.
    kid text not null,
    -- No foreign keys: a repeated call is told what it made after that is gone.
    account_id text collate "C" not null,
    key_id text collate "C",
    token_hash bytea,
    -- The answer, which has the token in it, encrypted.
    sealed bytea,
    ${instant('created_at')} not null,
    primary key (caller, hash)
  )`,
  // For the sweep: answers to erase, and claims that are too old.
  sql`create index on idempotency_keys (created_at) where sealed is not null`,
  sql`create index on idempotency_keys (created_at)`,
  sql`create index on idempotency_keys (token_hash) where sealed is not null`,

  // A token that was used has arrived, and one that was revoked is of no use: its answer is not given again.
  sql`create function erase_answer() returns trigger language plpgsql set search_path from current as $$
  begin
    update idempotency_keys set sealed = null where token_hash = old.hash and sealed is not null;
    return null;
  end $$`,
  sql`create trigger answer_arrived after update of activated_at, last_used_at on tokens
    for each row when (old.activated_at is null and new.activated_at is not null
      or old.last_used_at is null and new.last_used_at is not null)
    execute function erase_answer()`,
  sql`create trigger answer_revoked after delete on tokens for each row execute function erase_answer()`,

  // The operator's own account (operatorAccountId in id.ts).
  sql`insert into accounts (id, created_at) values ('000000000000000000000000', now())`,
];
