-- Two roles: latchkey_owner owns the tables and migrates them, latchkey serves. For psql 15 or later, once, in an empty
-- database:
--
--   createdb latchkey && LATCHKEY_OWNER_PASSWORD=… LATCHKEY_PASSWORD=… psql latchkey -f deploy/roles.sql
--
-- As a superuser; or, where a hosted Postgres 15 or later has none to give, as the role that owns the database and has
-- CREATEROLE and CREATEDB. That role becomes a member of latchkey_owner.
--
-- LATCHKEY_SCHEMA names another schema than public. Give it to deploy/restrict.sql as well, and name it in DATABASE_URL
-- (`?search_path=…`), also for the migration.
--
-- Then migrate as latchkey_owner (`npm run migrate`), and run deploy/restrict.sql as latchkey_owner.

\getenv owner_password LATCHKEY_OWNER_PASSWORD
\getenv password LATCHKEY_PASSWORD
\set schema public
\getenv schema LATCHKEY_SCHEMA
create role latchkey_owner login password :'owner_password';
create role latchkey login password :'password';
-- Latchkey sets both for each connection, but a pooler drops them.
alter role latchkey set statement_timeout = '3s';
alter role latchkey set lock_timeout = '2500ms';
-- Who is no superuser hands a database over only to a role that it can become, and sets default privileges for no other.
grant latchkey_owner to current_user;

create schema if not exists :"schema";
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant connect on database %I to latchkey', current_database()) \gexec
-- Before Postgres 15, and where it was upgraded from there, everybody may create tables in it.
revoke create on schema public from public;
grant usage, create on schema :"schema" to latchkey_owner;
grant usage on schema :"schema" to latchkey;
-- As its owner, which afterwards is another one.
select format('alter database %I owner to latchkey_owner', current_database()) \gexec

-- What a later migration creates needs no grant of its own. Identity columns need none on their sequences, and
-- LISTEN and NOTIFY need none at all.
set role latchkey_owner;
alter default privileges in schema :"schema"
  grant select, insert, update, delete on tables to latchkey;
reset role;
