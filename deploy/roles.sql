-- Two roles: latchkey_owner owns the tables and migrates them, latchkey serves. For psql, once, as a superuser, in an
-- empty database:
--
--   createdb latchkey && LATCHKEY_OWNER_PASSWORD=… LATCHKEY_PASSWORD=… psql latchkey -f deploy/roles.sql
--
-- Then migrate as latchkey_owner (`npm run migrate`), and run deploy/restrict.sql as latchkey_owner.

\getenv owner_password LATCHKEY_OWNER_PASSWORD
\getenv password LATCHKEY_PASSWORD
create role latchkey_owner login password :'owner_password';
create role latchkey login password :'password';

select format('alter database %I owner to latchkey_owner', current_database()) \gexec
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant connect on database %I to latchkey', current_database()) \gexec
-- Before Postgres 15, and where it was upgraded from there, everybody may create tables in it.
revoke create on schema public from public;
grant create on schema public to latchkey_owner;
grant usage on schema public to latchkey;

-- What a later migration creates needs no grant of its own. Identity columns need none on their sequences, and
-- LISTEN and NOTIFY need none at all.
alter default privileges for role latchkey_owner in schema public
  grant select, insert, update, delete on tables to latchkey;
