import { type Kysely, sql } from 'kysely';
import { instant } from './instant.ts';

const statements = [
  sql`create table accounts (
    id text collate "C" primary key,
    number bigint generated always as identity unique,
    email text unique,
    password_hash text,
    password_version integer not null default 0,
    external_id text unique,
    ${instant('created_at')} not null,
    check ((email is null) = (password_hash is null))
  )`,

  // Good only while its account still has the password that it began with.
  sql`create table sessions (
    id text collate "C" primary key,
    account_id text collate "C" not null references accounts on delete cascade,
    password_version integer not null,
    ${instant('created_at')} not null,
    ${instant('expires_at')} not null
  )`,
  sql`create index on sessions (account_id)`,
  sql`create index on sessions (expires_at)`,

  // A used token is kept for a while (see refreshSession), so that a second use is known for what it is.
  sql`create table refresh_tokens (
    hash bytea primary key,
    session_id text collate "C" not null references sessions on delete cascade,
    ${instant('used_at')}
  )`,
  sql`create index on refresh_tokens (session_id)`,

  // Room in each page lets an update of last_used_at stay in it, without touching an index.
  sql`create table keys (
    id text collate "C" primary key,
    number bigint generated always as identity unique,
    account_id text collate "C" not null references accounts on delete cascade,
    name text not null,
    hash bytea not null unique,
    start text not null,
    scopes text[] not null,
    metadata jsonb not null,
    ${instant('expires_at')},
    ${instant('disabled_at')},
    ${instant('last_used_at')},
    ${instant('created_at')} not null,
    ${instant('updated_at')} not null
  ) with (fillfactor = 85)`,
  sql`create index on keys (account_id, number)`,

  // No foreign keys: what happened stays on record after those it happened to are gone.
  sql`create table audit (
    id bigint generated always as identity primary key,
    ${instant('at')} not null,
    actor text not null,
    action text not null,
    account_id text collate "C" not null,
    key_id text collate "C",
    detail jsonb not null default '{}'
  )`,
  sql`create index on audit (account_id, id)`,

  // The operator's own account (operatorAccountId in id.ts).
  sql`insert into accounts (id, created_at) values ('000000000000000000000000', now())`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}
