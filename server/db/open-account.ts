import type { QueryCreator } from 'kysely';
import type { Schema } from './schema.ts';

/** The id of an account, unless it is deleted: for the `where` of a query. */
export const openAccount = (q: QueryCreator<Schema>, id: string) =>
  q.selectFrom('accounts').select('id').where('id', '=', id).where('closed_at', 'is', null);
