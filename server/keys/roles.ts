import { type RawBuilder, sql } from 'kysely';
import { isUniqueViolation } from '../db/errors.ts';
import { onlyRow } from '../db/only-row.ts';
import type { Database } from '../db/schema.ts';
import { timestamptz } from '../db/timestamptz.ts';
import { InvalidInput, RoleExists, RoleNotFound } from '../errors.ts';
import { type Act, recorded } from '../events/recording.ts';
import { newId, operatorAccountId } from '../id.ts';
import { AlreadyClaimed, type Claim } from '../idempotency.ts';
import type { Store } from '../store.ts';
import type { KeyRole } from './keys.ts';

/**
 * Roles: named sets of scopes. A key has them by their ids, and a look-up adds their scopes to its own. A changed role
 * is announced in one message, however many keys have it (see `KeyCache`).
 */
export interface Role extends KeyRole {
  number: number;
  description: string;
  createdAt: Date;
  updatedAt: Date;
}

const columns = sql`
  id, number, name, description, scopes, created_at as "createdAt", updated_at as "updatedAt"`;

/** The event of a write of one role. Roles belong to the deployment, so it is in the operator's account. */
const recordedFor = (
  act: Act,
  type: 'role.created' | 'role.changed' | 'role.deleted',
  written: string,
  data: object,
) => recorded(act, type, sql`select ${operatorAccountId}::text, null::text from ${sql.table(written)}`, data);

/** What a role consists of. */
type NewRole = Pick<Role, 'name' | 'description' | 'scopes'>;

/**
 * Creates a role.
 * @param claim that of an Idempotency-Key: it seals what `answer` makes of the role
 * @throws RoleExists if another role has the name
 * @throws AlreadyClaimed
 */
export async function createRole(
  db: Database,
  { name, description, scopes }: NewRole,
  act: Act,
  claim?: { claim: Claim; answer: (role: Omit<Role, 'number'>) => unknown },
): Promise<Omit<Role, 'number'>> {
  const at = new Date(act.now);
  const role = { id: newId(act.now), name, description, scopes, createdAt: at, updatedAt: at };
  const isFree = sql`select where not exists (select from roles where name = ${name}::text)`;
  const made = { accountId: operatorAccountId };
  const { rows } = await sql<{ isFree: boolean; isCreated: boolean }>`
    with allowed as ${claim?.claim.insert(made, isFree, claim.answer(role)) ?? sql`(${isFree})`},
    created as (
      insert into roles (id, name, description, scopes, created_at, updated_at)
      select ${role.id}::text, ${name}::text, ${description}::text, ${scopes}::text[], ${at}::timestamptz, ${at}::timestamptz
      from allowed
      returning id),
    recorded as ${recordedFor(act, 'role.created', 'created', { roleId: `role_${role.id}`, name, scopes })}
    select exists (${isFree}) as "isFree", exists (select from created) as "isCreated"`
    .execute(db)
    .catch(asRoleExists(name));
  const { isFree: wasFree, isCreated } = onlyRow(rows);
  if (isCreated) return role;
  throw wasFree ? new AlreadyClaimed() : new RoleExists(name);
}

/** Handles the error of a statement, if another one took the name at the same moment. */
const asRoleExists = (name: string | undefined) => (error: unknown) => {
  throw name !== undefined && isUniqueViolation(error) ? new RoleExists(name) : error;
};

/** One page of the roles of the deployment, newest first, and whether more follow. */
export async function listRoles(
  db: Database,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<{ roles: Role[]; more: boolean }> {
  const { rows } = await sql<Role>`
    select ${columns} from roles where ${before === undefined ? sql`true` : sql`number < ${before}`}
    order by number desc limit ${limit + 1}`.execute(db);
  return { roles: rows.slice(0, limit), more: rows.length > limit };
}

/** @throws RoleNotFound */
export async function getRole(db: Database, id: string): Promise<Role> {
  const { rows } = await sql<Role>`select ${columns} from roles where id = ${id}`.execute(db);
  return existing(rows);
}

function existing(rows: Role[]): Role {
  const [role] = rows;
  if (!role) throw new RoleNotFound();
  return role;
}

/** The roles that exist of these names, in the order of the names. */
export async function findRoles(db: Database, names: readonly string[]): Promise<KeyRole[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<KeyRole>`
    select id, name, scopes from roles where name = any(${names}::text[]) order by name`.execute(db);
  return rows;
}

/**
 * Those roles that have these names.
 * @throws InvalidInput if there is no such role
 */
export function rolesAmong(found: readonly KeyRole[], names: readonly string[]): KeyRole[] {
  const violations = names.flatMap((name, place) =>
    found.some((role) => role.name === name)
      ? []
      : [{ detail: `There is no role named "${name}".`, pointer: `#/roles/${place}` }],
  );
  if (violations.length > 0) throw new InvalidInput(...violations);
  return found.filter(({ name }) => names.includes(name));
}

/**
 * The roles of these names, in the order of the names.
 * @throws InvalidInput if there is no such role
 */
export const rolesNamed = async (db: Database, names: readonly string[]): Promise<KeyRole[]> =>
  rolesAmong(await findRoles(db, names), names);

/**
 * Changes a role. Absent fields stay as they are. When this returns, every replica verifies its keys by the new role.
 * @throws RoleNotFound
 * @throws RoleExists if another role has the name
 */
export async function changeRole(
  { db, settled }: Store,
  id: string,
  change: { [Name in keyof NewRole]?: NewRole[Name] | undefined },
  act: Act,
): Promise<Role> {
  const { name, description, scopes } = change;
  const changes: RawBuilder<unknown>[] = [];
  if (name !== undefined) changes.push(sql`name = ${name}`);
  if (description !== undefined) changes.push(sql`description = ${description}`);
  if (scopes !== undefined) changes.push(sql`scopes = ${scopes}::text[]`);
  if (changes.length === 0) return getRole(db, id);
  const { rows } = await sql<Role>`
    with changed as (
      update roles set updated_at = ${timestamptz(act.now)}, ${sql.join(changes)} where id = ${id} returning *),
    recorded as ${recordedFor(act, 'role.changed', 'changed', { roleId: `role_${id}`, ...change })}
    select ${columns} from changed`
    .execute(db)
    .catch(asRoleExists(name));
  await settled();
  return existing(rows);
}

/**
 * Deletes a role. When this returns, no replica accepts one of its scopes from a key that had it.
 * @throws RoleNotFound
 */
export async function deleteRole({ db, settled }: Store, id: string, act: Act): Promise<void> {
  const { rows } = await sql`
    with deleted as (delete from roles where id = ${id} returning id),
    recorded as ${recordedFor(act, 'role.deleted', 'deleted', { roleId: `role_${id}` })}
    select id from deleted`.execute(db);
  await settled();
  if (rows.length === 0) throw new RoleNotFound();
}
