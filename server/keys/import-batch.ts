import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../db/schema.ts';
import {
  AccountDisabled,
  AccountNotFound,
  BeyondPolicy,
  InvalidInput,
  KeyLimitReached,
  TokenExists,
} from '../errors.ts';
import type { Act } from '../events/recording.ts';
import { importedHash } from '../token.ts';
import { policyFor, type StoredPolicy, storedPolicy } from './bounds.ts';
import {
  type ForeignToken,
  type GivenToImported,
  type Storing,
  storedToken,
  storeImported,
} from './imports.ts';
import type { Mint } from './insert-statement.ts';
import type { Key } from './keys.ts';
import { breachesIn, newKeyOf } from './minting.ts';
import { rememberedKeys } from './remembered.ts';

/** One key of a batch that is to be imported. */
interface KeyImport {
  /** The account, by either id. If it has both, both must name the same one. */
  account: { accountId?: string | undefined; externalId?: string | undefined };
  token: ForeignToken;
  /** @throws InvalidInput for what no key can be given */
  given: () => Omit<GivenToImported, 'accountId'>;
}

/** Why a key of a batch is not imported. With any other error the whole batch fails. */
const refusalClasses = [
  AccountDisabled,
  AccountNotFound,
  BeyondPolicy,
  InvalidInput,
  KeyLimitReached,
  TokenExists,
];
export type ImportRefusal = InstanceType<(typeof refusalClasses)[number]>;

/** The number of keys that one statement stores: few enough not to hold up requests on the embedded database. */
const partSize = 50;

/**
 * Stores keys that another system made. Each is stored as a whole, as `importKey` does it, or refused. When this returns,
 * every replica knows their tokens, and those that exist already. If it throws, some of the keys may be stored.
 * @param imports keys, and what is invalid in those that cannot be read
 * @returns the key, or why it is not imported, in the order of `imports`
 */
export async function importKeys(
  context: Storing,
  imports: readonly (KeyImport | InvalidInput)[],
  act: Act,
): Promise<(Key | ImportRefusal)[]> {
  const outcomes: (Key | ImportRefusal)[] = [];
  for (let from = 0; from < imports.length; from += partSize) {
    outcomes.push(...(await importPart(context, imports.slice(from, from + partSize), act)));
    // The embedded database answers within one turn of the event loop. Other requests run in between.
    await nextTurn();
  }
  await context.settled();
  return outcomes;
}

/**
 * Stores keys in one statement. What that leaves out is stored one by one: the keys of an account that is locked, that has
 * changed since it was read, or that has no slot for all of them; and every key, if the server refuses one.
 */
async function importPart(
  context: Storing,
  imports: readonly (KeyImport | InvalidInput)[],
  act: Act,
): Promise<(Key | ImportRefusal)[]> {
  const { db, keyInserts } = context;
  const readable = imports.filter((one) => 'token' in one);
  const [remembered, accounts] = await Promise.all([
    rememberedKeys(
      db,
      readable.map(({ token }) => importedHash(token.sha256)),
    ),
    accountsNamed(
      db,
      readable.map(({ account }) => account),
    ),
  ]);
  const read = { remembered, accounts };
  const checked = await Promise.all(
    imports.map((one) => ('token' in one ? orRefusal(() => mintOf(context, one, read, act)) : one)),
  );
  const mints = checked.filter((outcome) => 'key' in outcome);
  // Of keys with the same token the first is stored.
  const distinct = new Map(mints.toReversed().map((mint) => [mint.key.tokens[0].hash, mint]));
  const numbers = await keyInserts.importMany([...distinct.values()]);
  const outcomes: (Key | ImportRefusal)[] = [];
  for (const outcome of checked) {
    const number = 'key' in outcome ? numbers.get(outcome.key.id) : undefined;
    if (!('key' in outcome)) outcomes.push(outcome);
    else if (number !== undefined) outcomes.push({ ...outcome.key, number });
    else
      outcomes.push(await orRefusal(() => storeImported(context, outcome.key.tokens[0], outcome.key, act)));
  }
  return outcomes;
}

/** What `run` returns, or the refusal of one key that it throws. */
async function orRefusal<Outcome>(run: () => Outcome | Promise<Outcome>): Promise<Outcome | ImportRefusal> {
  try {
    return await run();
  } catch (error) {
    const isRefusal = refusalClasses.some((kind) => error instanceof kind);
    if (isRefusal) return error as ImportRefusal;
    throw error;
  }
}

/** What a part needs to know of the database before it is stored. */
interface Read {
  /** The tokens that cannot be imported, by their hashes, with the ids of their keys. */
  remembered: ReadonlyMap<string, string | undefined>;
  accounts: readonly AccountFacts[];
}

/**
 * A key as it is to be inserted, checked against its account as that was read.
 * @throws ImportRefusal
 */
function mintOf(
  { defaultPolicy }: Storing,
  { account: { accountId, externalId }, token, given }: KeyImport,
  { remembered, accounts }: Read,
  act: Act,
): Mint {
  const hash = importedHash(token.sha256);
  if (remembered.has(hash)) throw new TokenExists(remembered.get(hash));
  if (accountId === undefined && externalId === undefined)
    throw new InvalidInput({ detail: 'Name the account: add accountId or externalId.', pointer: '#' });
  const account = accounts.find(
    (one) =>
      (accountId === undefined || one.id === accountId) &&
      (externalId === undefined || one.externalId === externalId),
  );
  if (!account) throw new AccountNotFound();
  const facts = { ...given(), accountId: account.id, token: storedToken(token), within: undefined };
  if (account.disabledAt) throw new AccountDisabled();
  const key = newKeyOf(facts, act);
  const policy = policyFor(account.id, account.policy, defaultPolicy);
  const breaches = breachesIn(key, policy);
  if (breaches.length > 0) throw new BeyondPolicy(breaches, policy);
  if (account.keyCount >= policy.maxKeys) throw new KeyLimitReached(policy.maxKeys);
  return { key, checked: { stored: account.policy, maxKeys: policy.maxKeys }, act };
}

/** What decides on the keys that are imported into an account. */
interface AccountFacts {
  id: string;
  externalId: string | null;
  keyCount: number;
  disabledAt: Date | null;
  policy: StoredPolicy;
}

/** The accounts that are named, unless they are deleted. */
function accountsNamed(db: Database, named: readonly KeyImport['account'][]): Promise<AccountFacts[]> {
  const ids = named.flatMap(({ accountId }) => accountId ?? []);
  const externalIds = named.flatMap(({ externalId }) => externalId ?? []);
  return db
    .selectFrom('accounts')
    .select([
      'id',
      'external_id as externalId',
      'key_count as keyCount',
      'disabled_at as disabledAt',
      storedPolicy.as('policy'),
    ])
    .where(
      sql<boolean>`(id = any(${[...new Set(ids)]}::text[]) or external_id = any(${[...new Set(externalIds)]}::text[]))`,
    )
    .where('closed_at', 'is', null)
    .execute();
}
