-- After the first migration, as latchkey_owner: the serving role adds events and reads them, and cannot change one. It
-- deletes those beyond EVENT_RETENTION_DAYS, but none younger than 30 days, whatever that says. It can be run again.
-- LATCHKEY_SCHEMA names the schema, as it did for deploy/roles.sql.
\set schema public
\getenv schema LATCHKEY_SCHEMA
begin;
set local search_path to :"schema";
revoke update on events from latchkey;
alter table events enable row level security;
drop policy if exists added on events;
create policy added on events for insert to latchkey with check (true);
drop policy if exists read on events;
create policy read on events for select to latchkey using (true);
drop policy if exists swept on events;
create policy swept on events for delete to latchkey using (at < now() - interval '30 days');
-- It adds tokens that are imported and reads them, and cannot forget one, which could then be imported again.
revoke update, delete on imported_tokens from latchkey;
-- Nor can it change what is known of migrations.
revoke insert, update, delete on kysely_migration from latchkey;
revoke all on kysely_migration_lock from latchkey;
commit;
