/** Brings the database at DATABASE_URL up to date, as its owner, for replicas whose own role may not. */
import { migratePostgres } from '../server/db/postgres.ts';
import { messageOf } from '../server/errors.ts';

const { DATABASE_URL } = process.env;
if (!DATABASE_URL) {
  console.error('Set DATABASE_URL to the database, with the role that owns its tables.');
  process.exit(1);
}
const applied = await migratePostgres(DATABASE_URL).catch((error) => {
  console.error(`The database cannot be migrated: ${messageOf(error)}.`);
  process.exit(1);
});
console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Up to date.');
