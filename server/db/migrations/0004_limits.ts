import { sql } from 'kysely';
import { instant } from './instant.ts';

/** Limits and quotas, and how replicas take units of them. docs/LIMITS.md is the argument that this is exact. */
export const statements = [
  // Those of a key, and those that the keys of an account share. Room in each page lets an update of what is left stay
  // in it, without touching an index.
  sql`create table limits (
    id bigint generated always as identity primary key,
    -- They go with their account and their key: see limits_orphaned.
    account_id text collate "C" not null references accounts deferrable initially deferred,
    -- Null: the keys of the account share it.
    key_id text collate "C" references keys deferrable initially deferred,
    name text collate "C" not null,
    -- What each window of a limit, or each refill of a quota, begins with. Null: a quota that is not refilled.
    amount bigint,
    -- Null: it is a quota.
    window_seconds integer,
    refill_every text check (refill_every in ('day', 'week', 'month')),
    -- Refills come whole days, weeks or months after this.
    ${instant('refills_from')},
    -- Counts up whenever what a replica holds of it must not be spent any more.
    generation integer not null default 0,
    -- What is left of the window that is on, but for what replicas hold. Less than nothing once the limit was lowered
    -- below what was granted by then, so that raising it again gives no more than it had.
    ungranted bigint not null,
    -- When the window ends, or the next refill comes.
    resets_at timestamptz not null default '-infinity',
    -- How many units replicas hold, as far as they have told, and until when: all blocks have ended by then. It decides
    -- only whether replicas are asked to give units back, which they can do later as well.
    held bigint not null default 0,
    held_until timestamptz not null default '-infinity',
    -- When replicas were asked last to give back what they hold.
    recalled_at timestamptz not null default '-infinity',
    check (window_seconds is null or amount is not null and refill_every is null),
    check ((refill_every is null) = (refills_from is null)),
    check (refill_every is null or amount is not null)
  ) with (fillfactor = 50)`,
  sql`create index on limits (account_id)`,
  sql`create unique index on limits (key_id, name) where key_id is not null`,
  sql`create unique index on limits (account_id, name) where key_id is null`,

  // What a verification needs to know of the limits of a key, and of those that the keys of an account share: a Limit of
  // decide/limits.ts each, as limit_copied keeps them. Null: none. A look-up reads them with the key and its account.
  // Where many keys have limits, it would take half as long again to find them in their own table.
  sql`alter table keys add column limits_copy json`,
  sql`alter table accounts add column limits_copy json`,
  sql`create function limits_as_json(given limits[]) returns json language sql stable as $$
    select json_agg(json_build_object('id', id, 'name', name, 'amount', amount, 'windowSeconds', window_seconds,
      'generation', generation, 'sharedByAccount', key_id is null) order by name, id)
    from unnest(given)
  $$`,

  // When the window, or the time between two refills, ends that an instant is in. All windows of the same length begin
  // at the same time. A month is a calendar month, in UTC, and one without the day of refills_from ends with its last day.
  sql`create function next_reset(window_seconds integer, refill_every text, refills_from timestamptz, at timestamptz)
    returns timestamptz language sql stable as $$
    select case
      when window_seconds is not null then
        to_timestamp((floor(date_part('epoch', at) / window_seconds) + 1) * window_seconds)
      when refill_every is null then 'infinity'
      when refill_every = 'month' then (
        select min(reset) from generate_series(0, 1) as later cross join lateral (
          select ((refills_from at time zone 'UTC') + make_interval(months => later + (
            12 * (date_part('year', at at time zone 'UTC') - date_part('year', refills_from at time zone 'UTC'))
            + date_part('month', at at time zone 'UTC') - date_part('month', refills_from at time zone 'UTC'))::integer
          )) at time zone 'UTC' as reset) as resets
        where reset > at)
      else refills_from + make_interval(secs => days * 86400 * (
        floor((date_part('epoch', at) - date_part('epoch', refills_from)) / (days * 86400)) + 1))
    end
    from (select case refill_every when 'week' then 7 else 1 end as days) as period
  $$`,

  // What a replica gives back of limits, and asks of them: see Ask and Answer in limits/exchange.ts. It locks the rows
  // in the order of their ids, and reads each of them and the clock only then, so that exchanges of one limit are one
  // after the other. A window is over when the clock says so, and never comes again, also after the clock was set back.
  // A block lasts for a second, and a limit is recalled at most ten times in one.
  // A function, so that the embedded database plans it once.
  sql`create function exchange_limits(asks json, together boolean, fixed_now timestamptz) returns table (
    id bigint, granted bigint, ungranted bigint, "isRecalling" boolean, "resetsAt" float8, "timeLeft" float8)
    language plpgsql as $$
  #variable_conflict use_column
  begin
    return query
    with asked as materialized (
      select * from json_to_recordset(asks) as asked(
        id bigint, generation integer, "resetsAt" float8, spent bigint, back bigint, "atLeast" bigint, need bigint,
        want bigint)
      order by id),
    locked as materialized (
      select asked.*, found.* from asked cross join lateral (
        select amount, window_seconds, refill_every, refills_from, ungranted, resets_at, held, held_until, recalled_at
        from limits where limits.id = asked.id and limits.generation = asked.generation limit 1
        for no key update) as found),
    timed as materialized (select *, coalesce(fixed_now, clock_timestamp()) as now from locked),
    opened as (
      select *, now < resets_at as is_on,
        -- What is held was granted in the window that is on.
        now < resets_at and (round(date_part('epoch', resets_at) * 1000) = "resetsAt"
          or resets_at = 'infinity' and "resetsAt" is null) as is_same
      from timed),
    counted as (
      select *,
        case when is_on then resets_at else next_reset(window_seconds, refill_every, refills_from, now) end as ends_at,
        case when is_on then ungranted else amount end + case when is_same then back else 0 end as available,
        case when is_on and now < held_until then greatest(0, held - case when is_same then spent + back else 0 end)
          else 0 end as still_held
      from opened),
    -- A replica that is alone may have all. Several leave each other the same again.
    shared as (select case when count(*) <= 1 then 1 else 2 * count(*) end as parts from replicas),
    decided as (
      select counted.*,
        case
          when available < "atLeast" then 0
          when together and not (
            bool_and(available >= "atLeast") over () and count(*) over () = (select count(*) from asked)) then 0
          else greatest(0, least(available, greatest(need, least(want, available / parts))))
        end as units,
        -- Of limits that are asked for together, one that has enough is granted nothing either if another has too little.
        need > 0 and available < need and still_held > 0 as is_recalling
      from counted, shared),
    recalling as (
      -- What is waited for is spent as it comes, if all of it comes. If not, some of it may be left.
      select *, units - case when units >= need then need else 0 end as block,
        is_recalling and now >= recalled_at + interval '100 milliseconds' as is_told
      from decided),
    written as (
      update limits set ungranted = available - units, resets_at = ends_at,
        held = still_held + block,
        held_until = case when block > 0 then now + interval '1 second' else limits.held_until end,
        recalled_at = case when is_told then now else limits.recalled_at end
      from recalling
      where limits.id = recalling.id and (units > 0 or spent <> 0 or back > 0 or is_told or not is_on)),
    told as materialized (
      select pg_notify('latchkey', 'limit_recalled ' || id) from recalling where is_told
      union all
      select pg_notify('latchkey', 'limit_replenished ' || id) from recalling
      where is_same and back > 0 and now < recalled_at + interval '1 second')
    select id, units, available - units, is_recalling, round(date_part('epoch', ends_at) * 1000),
      (date_part('epoch', ends_at) - date_part('epoch', now)) * 1000
    from recalling where (select count(*) from told) >= 0;
  end $$`,

  // Changes the limits of a key or, where of_key is null, of an account, whose row the statement has locked: limits to
  // the list given_limits, the quota by the merge patch given_quota. Null: they stay as they are. Each query in it sees
  // what was committed by then. Rows are locked in the order of their ids.
  // Where the window of a limit has ended, it does not matter what its row counts.
  sql`create function change_limits(of_account text, of_key text, given_limits json, given_quota jsonb, changed_at timestamptz)
    returns void language plpgsql as $$
  #variable_conflict use_column
  declare
    present bigint[] := array(select id from limits where key_id = of_key);
    quota limits;
    every text := given_quota #>> '{refill,every}';
    refill bigint := given_quota #>> '{refill,amount}';
    remaining bigint := given_quota ->> 'remaining';
  begin
    if of_key is null then
      present := array(select id from limits where account_id = of_account and key_id is null);
    end if;
    perform from limits where id = any(present) order by id for no key update;

    if given_limits is not null then
      delete from limits where id = any(present) and window_seconds is not null
        and name not in (select given.name from json_to_recordset(given_limits) as given(name text));
      update limits set amount = given."limit", window_seconds = given."windowSeconds", generation = generation + 1,
        held = 0,
        ungranted = case when window_seconds = given."windowSeconds" then ungranted + given."limit" - amount
          else given."limit" end,
        resets_at = case when window_seconds = given."windowSeconds" then resets_at else '-infinity' end
      from json_to_recordset(given_limits) as given(name text, "limit" bigint, "windowSeconds" integer)
      where id = any(present) and limits.name = given.name
        and (amount, window_seconds) is distinct from (given."limit", given."windowSeconds");
      insert into limits (account_id, key_id, name, amount, window_seconds, ungranted)
      select of_account, of_key, given.name, given."limit", given."windowSeconds", given."limit"
      from json_to_recordset(given_limits) as given(name text, "limit" bigint, "windowSeconds" integer)
      where given.name not in (select limits.name from limits where id = any(present));
    end if;

    if given_quota = 'null' then
      delete from limits where id = any(present) and window_seconds is null;
    elsif given_quota is not null then
      select * into quota from limits where id = any(present) and window_seconds is null;
      if quota.id is null then
        if remaining is null then
          raise exception 'There is no quota to change.' using errcode = 'LK001';
        end if;
        insert into limits (account_id, key_id, name, amount, refill_every, refills_from, ungranted, resets_at)
        values (of_account, of_key, 'quota', refill, every, case when every is not null then changed_at end, remaining,
          next_reset(null, every, changed_at, changed_at));
        return;
      end if;
      if quota.refill_every is not null and changed_at >= quota.resets_at then
        quota.ungranted := quota.amount;
        quota.resets_at := next_reset(null, quota.refill_every, quota.refills_from, changed_at);
      end if;
      if given_quota ? 'refill' and (refill, every) is distinct from (quota.amount, quota.refill_every) then
        quota.amount := refill;
        quota.refill_every := every;
        quota.refills_from := case when every is not null then changed_at end;
        quota.resets_at := next_reset(null, every, changed_at, changed_at);
      elsif remaining is null then
        return;
      end if;
      update limits set amount = quota.amount, refill_every = quota.refill_every, refills_from = quota.refills_from,
        resets_at = quota.resets_at, ungranted = coalesce(remaining, quota.ungranted), held = 0,
        generation = generation + 1
      where id = quota.id;
    end if;
  end $$`,

  // Not by cascading foreign keys, which lock the rows of one key after the other, and of each in the order of an index:
  // they would be in deadlocks with exchanges.
  sql`create function limits_orphaned() returns trigger language plpgsql set search_path from current as $$
  begin
    if tg_table_name = 'keys' then
      delete from limits where id = any(array(
        select id from limits where key_id = any(array(select id from deleted)) order by id for update));
    else
      delete from limits where id = any(array(
        select id from limits where account_id = any(array(select id from deleted)) order by id for update));
    end if;
    return null;
  end $$`,
  sql`create trigger limits_orphaned after delete on keys
    referencing old table as deleted for each statement execute function limits_orphaned()`,
  sql`create trigger limits_orphaned after delete on accounts
    referencing old table as deleted for each statement execute function limits_orphaned()`,

  // What is held of a limit is void when its generation changes, and its keys are told of as changed. That units are
  // granted is no change.
  sql`create function limit_changed() returns trigger language plpgsql set search_path from current as $$
  declare
    changed limits := coalesce(new, old);
  begin
    if tg_op <> 'INSERT' then
      perform pg_notify('latchkey', 'limit_changed ' || old.id);
    end if;
    if changed.key_id is null then
      perform pg_notify('latchkey', 'account_changed ' || changed.account_id);
    else
      perform pg_notify('latchkey', 'changed ' || encode(hash, 'hex'))
      from keys, unnest(array[current_hash, next_hash, previous_hash]) as hash
      where keys.id = changed.key_id and hash is not null;
    end if;
    return null;
  end $$`,
  sql`create trigger limit_changed after delete or update of id, account_id, key_id, name, amount, window_seconds,
      refill_every, refills_from, generation on limits
    for each row execute function limit_changed()`,
  // The limits of a key that is being minted are as new as the key: see token_inserted.
  sql`create trigger limit_inserted after insert on limits
    for each row when (new.key_id is null or current_setting('latchkey.minting', true) is distinct from 'on')
    execute function limit_changed()`,

  // The row that has a copy is locked first, so that the copy is made of what was committed by then. Changes of limits
  // through the API have that lock already.
  sql`create function copy_limits() returns trigger language plpgsql set search_path from current as $$
  declare
    of_keys text[] := array[old.key_id, new.key_id];
    of_accounts text[] := array[
      case when old.key_id is null then old.account_id end, case when new.key_id is null then new.account_id end];
  begin
    perform from keys where id = any(of_keys) order by id for no key update;
    update keys set limits_copy = limits_as_json(array(select limits from limits where key_id = keys.id))
    where id = any(of_keys);
    perform from accounts where id = any(of_accounts) order by id for no key update;
    update accounts set limits_copy = limits_as_json(
      array(select limits from limits where account_id = accounts.id and key_id is null))
    where id = any(of_accounts);
    return null;
  end $$`,
  sql`create trigger limit_copied after insert or delete or update of id, account_id, key_id, name, amount,
      window_seconds, generation on limits
    for each row execute function copy_limits()`,

  sql`create function limits_truncated() returns trigger language plpgsql set search_path from current as $$
  begin
    update keys set limits_copy = null where limits_copy is not null;
    update accounts set limits_copy = null where limits_copy is not null;
    perform pg_notify('latchkey', 'changed_all');
    return null;
  end $$`,
  sql`create trigger limits_truncated after truncate on limits for each statement execute function limits_truncated()`,
];
