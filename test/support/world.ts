import { sql } from 'kysely';
import { hashPassword } from '../../server/accounts/password.ts';
import { withoutRequest } from '../../server/events/recording.ts';
import { newId, operatorAccountId } from '../../server/id.ts';
import type { Key } from '../../server/keys/keys.ts';
import { mintKey } from '../../server/keys/minting.ts';
import { createRole } from '../../server/keys/roles.ts';
import { hashToken, newToken } from '../../server/token.ts';
import { password, type TestService } from './harness.ts';

/** The accounts and the key that calls are about, and everybody who makes the calls: see documented-calls.ts. */

/** The owner of the key, the other account, or the operator's own. */
export type AccountWord = 'owner' | 'other' | 'operator';

interface Holder {
  accountId: string;
  email: string;
  session: { accountId: string; sessionId: string };
  refreshToken: string;
}

/** Two accounts that are signed in, the one with a key: the thing that is at stake. */
export interface World {
  service: TestService;
  owner: Holder;
  other: Holder;
  thing: { token: string; key: Key };
  roleId: string;
}

const passwordHash = hashPassword(password, new AbortController().signal);

/** Holders that are signed in with `password`. Written by hand: hashing it for each would take its time. */
async function newHolders<Word extends string>(
  { db, context }: TestService,
  words: readonly Word[],
): Promise<Record<Word, Holder>> {
  const now = context.now();
  const created_at = new Date(now);
  const expires_at = new Date(now + 86_400_000);
  const holders = words.map((word): [Word, Holder] => {
    const [accountId, sessionId, refreshToken] = [newId(now), newId(now), newToken('lkr_')];
    const email = `${word}-${accountId}@example.com`;
    return [word, { accountId, email, session: { accountId, sessionId }, refreshToken }];
  });
  const rows = <Row>(rowOf: (holder: Holder) => Row) => holders.map(([, holder]) => rowOf(holder));
  const password_hash = await passwordHash;
  await db
    .insertInto('accounts')
    .values(rows(({ accountId: id, email }) => ({ id, email, password_hash, created_at })))
    .execute();
  await db
    .insertInto('sessions')
    .values(
      rows(({ session: { accountId: account_id, sessionId: id } }) => {
        return { id, account_id, password_version: 0, created_at, last_used_at: created_at, expires_at };
      }),
    )
    .execute();
  await db
    .insertInto('refresh_tokens')
    .values(
      rows(({ refreshToken, session }) => ({
        hash: hashToken(refreshToken),
        session_id: session.sessionId,
      })),
    )
    .execute();
  return Object.fromEntries(holders) as Record<Word, Holder>;
}

/** Stores a key with this token. */
export const storeKey = (
  { context }: TestService,
  {
    expiresAt = null,
    ...key
  }: { accountId: string; scopes: string[]; token: string; expiresAt?: Date | null },
): Promise<Key> =>
  mintKey(
    context,
    { name: 'Key', metadata: {}, expiresAt, within: undefined, ...key },
    withoutRequest('operator', context.now()),
  );

/** A new owner, another account, and the thing. */
export async function newWorld(service: TestService): Promise<World> {
  const { owner, other } = await newHolders(service, ['owner', 'other']);
  const token = newToken('lk_');
  const key = await storeKey(service, { accountId: owner.accountId, scopes: [], token });
  const { db, context } = service;
  const role = { name: `viewer-${owner.accountId}`, description: '', scopes: ['files:read'] };
  const { id: roleId } = await createRole(db, role, withoutRequest('operator', context.now()));
  return { service, owner, other, thing: { token, key }, roleId };
}

/** Somebody who calls. The kinds bear the names of the security schemes; `bad` is a credential that is not good. */
export interface Who {
  title: string;
  kind: 'anyone' | 'bad' | 'accessToken' | 'apiKey' | 'operatorToken';
  /** Whose credential it is, where it is good. */
  of?: AccountWord;
  scopes?: string[];
  token: (world: World) => Promise<string | undefined> | string | undefined;
}

const accountScopes = ['keys:read', 'keys:write', 'keys:verify'];
const ourScopes = [
  ...accountScopes,
  'keys:audit',
  'leaks:report',
  'metrics:read',
  'operator:read',
  'operator:keys',
  'operator:accounts',
];
const subsets = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
  accountScopes.filter((_, place) => bits & (1 << place)),
);

const accessToken = ({ service: { context } }: World, { session }: Holder, ago = 0) =>
  context.signer.signAccess(session, context.now() - ago);

const accountIdOf = (world: World, of: AccountWord) =>
  of === 'operator' ? operatorAccountId : world[of].accountId;

async function keyToken(world: World, of: AccountWord, scopes: string[], expiresAt: Date | null = null) {
  const token = newToken('lk_');
  await storeKey(world.service, { accountId: accountIdOf(world, of), scopes, token, expiresAt });
  return token;
}

const keyOf = (of: AccountWord, title: string, scopes: string[]): Who => ({
  title,
  kind: 'apiKey',
  of,
  scopes,
  token: (world) => keyToken(world, of, scopes),
});

/** Everybody who might call, with good and with bad credentials. */
export const everybody: Who[] = [
  { title: 'nobody', kind: 'anyone', token: () => undefined },
  { title: 'garbage', kind: 'bad', token: () => 'garbage' },
  { title: 'a token that is not stored', kind: 'bad', token: () => newToken('lk_') },
  { title: 'a refresh token', kind: 'bad', token: ({ owner }) => owner.refreshToken },
  {
    title: 'an expired session',
    kind: 'bad',
    token: (world) => accessToken(world, world.owner, 900_000),
  },
  {
    title: 'a session that is gone',
    kind: 'bad',
    token: async (world) => {
      const { accountId } = world.owner;
      const session = { accountId, sessionId: newId(world.service.context.now()) };
      return accessToken(world, { ...world.owner, session });
    },
  },
  {
    title: 'an expired key',
    kind: 'bad',
    token: (world) => keyToken(world, 'owner', ourScopes, new Date(world.service.context.now())),
  },
  {
    title: 'a disabled key',
    kind: 'bad',
    token: async (world) => {
      const token = await keyToken(world, 'owner', ourScopes);
      const { db, context } = world.service;
      await sql`update keys set disabled_at = ${new Date(context.now())} where current_hash = ${hashToken(token)}`.execute(
        db,
      );
      return token;
    },
  },
  {
    title: 'the owner’s session',
    kind: 'accessToken',
    of: 'owner',
    token: (world) => accessToken(world, world.owner),
  },
  {
    title: 'the other’s session',
    kind: 'accessToken',
    of: 'other',
    token: (world) => accessToken(world, world.other),
  },
  ...subsets.map((scopes) =>
    keyOf('owner', `the owner’s key with ${scopes.join(' ') || 'no scope'}`, scopes),
  ),
  {
    title: 'the owner’s key that is a JWT',
    kind: 'apiKey',
    of: 'owner',
    scopes: [],
    token: async (world) => {
      const { accountId } = world.owner;
      const iat = Math.floor(world.service.context.now() / 1000);
      const token = await world.service.context.signer.signKey({ accountId, iat, exp: iat + 86_400 });
      await storeKey(world.service, { accountId, scopes: [], token });
      return token;
    },
  },
  keyOf('owner', 'the owner’s key with keys:audit', ['keys:audit']),
  keyOf('owner', 'the owner’s key with every scope', ourScopes),
  // Nobody can grant these; had somebody written them by hand, they would let in nobody.
  keyOf('owner', 'the owner’s key with wildcards over our scopes', ['*', 'keys:*', 'leaks:*', 'operator:*']),
  keyOf('other', 'the other’s key with every scope', ourScopes),
  keyOf('operator', 'a key of the operator’s account with keys:verify', ['keys:verify']),
  keyOf('operator', 'a key of the operator’s account with metrics:read', ['metrics:read']),
  keyOf('operator', 'a key of the operator’s account with leaks:report', ['leaks:report']),
  keyOf('operator', 'a key of the operator’s account with operator:read', ['operator:read']),
  keyOf('operator', 'a key of the operator’s account with operator:keys', ['operator:keys']),
  keyOf('operator', 'a key of the operator’s account with operator:accounts', ['operator:accounts']),
  keyOf('operator', 'a key of the operator’s account with every scope', ourScopes),
  {
    title: 'the operator',
    kind: 'operatorToken',
    of: 'operator',
    token: ({ service }) => service.operatorToken,
  },
];
