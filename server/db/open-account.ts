import type { QueryCreator } from 'kysely';
import type { Schema } from './schema.ts';

/** A query for the id of an account, unless it is deleted. */
export const openAccount = (q: QueryCreator<Schema>, id: string) =>
  q.selectFrom('accounts').select('id').where('id', '=', id).where('closed_at', 'is', null);
