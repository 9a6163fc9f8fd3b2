import { sql } from 'kysely';
import { instant } from './instant.ts';

export const statements = [
  // How often a key was presented in an hour, and what was said of it. No foreign keys: the totals of an account keep
  // the uses of keys that are gone.
  sql`create table usage (
    account_id text collate "C" not null,
    key_id text collate "C" not null,
    ${instant('hour')} not null,
    verdict text collate "C" not null,
    count bigint not null,
    primary key (key_id, hour, verdict)
  ) with (fillfactor = 85)`,
  sql`create index on usage (account_id, hour)`,
  // For the sweep. Not BRIN: its ranges never shrink, so once the space of deleted rows is used again, all match.
  sql`create index on usage (hour)`,
];
