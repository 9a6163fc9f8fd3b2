import { join } from 'node:path';
import postgres from 'postgres';
import { inTurn, type Line } from './figures.ts';
import { loader, type Sent } from './load.ts';
import { writeTokens } from './seed.ts';
import { ask, type Server, seededGround, startOther, startService, type Used } from './servers.ts';
import { creatingAccounts } from './settings.ts';
import { generatorLine, latency, throughput } from './verify.ts';

/**
 * Keys created by the operator for one account after the other, each with its event, against an INSERT into a table
 * of the same make.
 */
export async function create(used: Used): Promise<Line[]> {
  const on = await seededGround(used, creatingAccounts * 10, { durable: true });
  // Without the triggers of ours, which would tell of each key.
  const sql = postgres(on.databaseUrl, { max: 1, onnotice: () => {} });
  await sql`create table bare_keys (like keys including all, foreign key (account_id) references accounts)`;
  await sql`create table bare_tokens (like tokens including all, foreign key (key_id) references bare_keys)`;
  const accounts = await sql`select 'acc_' || id as id from accounts where external_id is not null`;
  await sql.end();
  const file = join(on.directory, 'accounts');
  await writeTokens(
    file,
    accounts.map(({ id }) => id),
  );
  const service = await startService(used, on);
  const bare = await startOther(used, 'bare.ts', { BARE: 'insert', DATABASE_URL: on.databaseUrl });

  const path = (accountId: string) => `/v1/keys?accountId=${accountId}`;
  const body = { name: 'Key', scopes: ['files:read'], metadata: { environment: 'production' } };
  const creations = ({ url }: Server): Sent => ({
    url,
    path,
    caller: on.secrets.OPERATOR_TOKEN,
    body: () => body,
    tokens: file,
    length: on.accountId.length,
  });
  const shape = async ({ url }: Server) => {
    const created = JSON.parse(await ask(url + path(on.accountId), on.secrets.OPERATOR_TOKEN, body));
    return JSON.stringify(created).replaceAll(/key_\w+|lk_\w+|\d{4}-[^"]+/g, '');
  };
  const [ours, theirs] = [await shape(service), await shape(bare)];
  if (ours !== theirs) throw new Error(`Answers differ: ${ours} and ${theirs}`);

  const pairs = await inTurn(loader(creations(service)), loader(creations(bare)));
  return [throughput(pairs, 0.7), latency(pairs), generatorLine(pairs)];
}
