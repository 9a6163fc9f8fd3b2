import postgres from 'postgres';
import { atLeast, compare, inTurn, type Line } from './figures.ts';
import { loader, type Sent } from './load.ts';
import { ask, type Server, seededGround, startOther, startService, type Used } from './servers.ts';
import { hotKeys } from './settings.ts';
import { generatorLine } from './verify.ts';

/** Keys created by the operator, each with its audit row, against an INSERT into a table of the same make. */
export async function create(used: Used): Promise<Line[]> {
  const on = await seededGround(used, hotKeys, { durable: true });
  // Without the triggers of ours, which would tell of each key.
  const sql = postgres(on.databaseUrl, { max: 1, onnotice: () => {} });
  await sql`create table bare_keys (like keys including all, foreign key (account_id) references accounts)`;
  await sql.end();
  const service = await startService(used, on);
  const bare = await startOther(used, 'bare.ts', { BARE: 'insert', DATABASE_URL: on.databaseUrl });

  const creations = ({ url }: Server): Sent => ({
    url,
    path: `/v1/keys?accountId=${on.accountId}`,
    caller: on.secrets.OPERATOR_TOKEN,
    body: (name) => ({ name, scopes: ['files:read'], metadata: { environment: 'production' } }),
    tokens: on.file,
    length: 41,
  });
  const shape = async (server: Server) => {
    const { path, caller, body } = creations(server);
    const created = JSON.parse(await ask(server.url + path, caller, body('Key')));
    return JSON.stringify(created).replaceAll(/key_\w+|lk_\w+|\d{4}-[^"]+/g, '');
  };
  const [ours, theirs] = [await shape(service), await shape(bare)];
  if (ours !== theirs) throw new Error(`Answers differ: ${ours} and ${theirs}`);

  const pairs = await inTurn(loader(creations(service)), loader(creations(bare)));
  return [
    compare('requests/s', pairs, ({ perSecond }) => perSecond, atLeast(0.7)),
    compare('p99, ms', pairs, ({ p99 }) => p99),
    generatorLine(pairs),
  ];
}
