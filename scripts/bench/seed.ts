import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { openPostgres } from '../../server/db/postgres.ts';
import { operatorAccountId } from '../../server/id.ts';
import { hashToken, newToken, startOf } from '../../server/token.ts';

/** What was put into a database. */
export interface Seeded {
  /** Tokens in random order, in a file with a line for each. */
  file: string;
  tokens: string[];
  /** The token of a key that may verify all others: what an API server carries. */
  verifier: string;
  /** An account, as the API writes it. */
  accountId: string;
}

const accountOf = (n: string) =>
  `lpad(to_hex(1750000000 + ${n} / 100), 8, '0') || left(md5('account' || ${n}), 16)`;

/**
 * Migrates a database and fills it with keys, ten to an account. So many of them have a token that is known; they lie
 * evenly among the others, which look the same.
 */
export async function seed(url: string, rows: number, file: string, known = rows): Promise<Seeded> {
  await (await openPostgres(url)).destroy();
  // Replication's role fires no triggers: neither notifications nor foreign keys.
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { session_replication_role: 'replica', work_mem: '256MB', maintenance_work_mem: '1GB' },
  });
  try {
    await sql`create temp table known (n int primary key, hash bytea not null, start text not null)`;
    const tokens = Array.from({ length: known }, () => newToken('lk_'));
    const step = Math.floor(rows / known);
    const lines = tokens.map(
      (token, n) => `${n * step}\t\\\\x${hashToken(token).toString('hex')}\t${startOf(token)}\n`,
    );
    await pipeline(Readable.from(batches(lines)), await sql`copy known from stdin`.writable());
    await sql`analyze known`;

    await sql.unsafe(`
      insert into accounts (id, external_id, created_at)
      select ${accountOf('n')}, 'user_' || lpad(n::text, 8, '0'), now()
      from generate_series(0, ${Math.ceil(rows / 10) - 1}) n`);
    const restore = await dropIndexes(sql);
    for (let n = 0; n < rows; n += 1_000_000)
      await sql.unsafe(`
        with seeded as (
          select lpad(to_hex(1750000000 + n / 100), 8, '0') || left(md5('key' || n), 16) as id, n,
            coalesce(known.hash, sha512(int4send(n))) as hash,
            coalesce(known.start, 'lk_' || left(md5(n::text), 4)) as start
          from generate_series(${n}, ${Math.min(n + 1_000_000, rows) - 1}) n left join known using (n)),
        keys as (
          insert into keys (id, account_id, name, current_hash, scopes, metadata, expires_at, unused_check_at,
            created_at, updated_at)
          select id, ${accountOf('(n / 10)')}, 'Key ' || lpad(n::text, 8, '0'), hash, '{files:read,files:write}',
            '{"environment": "production"}', '2099-01-01T00:00:00Z', '2099-01-01T00:00:00Z',
            now(), now()
          from seeded)
        insert into tokens (hash, key_id, start, created_at, activated_at)
        select hash, id, start, now(), now() from seeded`);
    for (const statement of restore) await sql.unsafe(statement);
    await sql`
      update accounts set key_count = keys.count from (select account_id, count(*) from keys group by account_id) as keys
      where id = account_id`;

    const verifier = newToken('lk_');
    await sql`
      insert into keys (id, account_id, name, current_hash, scopes, metadata, unused_check_at, created_at, updated_at)
      values ('000000000000000000000001', ${operatorAccountId}, 'API servers', ${hashToken(verifier)},
        '{keys:verify}', '{}', '2099-01-01T00:00:00Z', now(), now())`;
    await sql`
      insert into tokens (hash, key_id, start, created_at, activated_at)
      values (${hashToken(verifier)}, '000000000000000000000001', ${startOf(verifier)}, now(), now())`;
    await sql`vacuum (freeze, analyze) keys, tokens, accounts`;
    await sql`checkpoint`;

    shuffle(tokens);
    await writeTokens(file, tokens);
    const [account] = await sql`select id from accounts where external_id = 'user_00000000'`;
    return { file, tokens, verifier, accountId: `acc_${account?.id}` };
  } finally {
    await sql.end();
  }
}

export const writeTokens = (file: string, tokens: string[]) =>
  writeFile(file, tokens.map((token) => `${token}\n`).join(''));

function* batches(lines: string[]) {
  for (let n = 0; n < lines.length; n += 1000) yield lines.slice(n, n + 1000).join('');
}

/** The order of the file must not be that of the table. */
function shuffle(values: string[]): void {
  for (let n = values.length - 1; n > 0; n -= 1) {
    const other = Math.floor(Math.random() * (n + 1));
    [values[n], values[other]] = [values[other] ?? '', values[n] ?? ''];
  }
}

/**
 * Drops the indexes of keys and tokens, and what refers to them, since to build them at the end is much faster. Gives
 * the statements that do so.
 */
async function dropIndexes(sql: postgres.Sql): Promise<string[]> {
  const constraints = await sql`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where conrelid in ('keys'::regclass, 'tokens'::regclass) and contype in ('p', 'u', 'f')
      or confrelid in ('keys'::regclass, 'tokens'::regclass)
    order by contype = 'f'`;
  const indexes = await sql`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid in ('keys'::regclass, 'tokens'::regclass)
      and not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid)`;
  for (const { table, name } of constraints.toReversed())
    await sql.unsafe(`alter table ${table} drop constraint "${name}"`);
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  return [
    ...constraints.map(
      ({ table, name, definition }) => `alter table ${table} add constraint "${name}" ${definition}`,
    ),
    ...indexes.map(({ definition }) => definition),
  ];
}
