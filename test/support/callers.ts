import { sql } from 'kysely';
import { type ContractName, contractNames } from '../../decide/contracts.ts';
import { documentOf } from '../../scripts/support/document.ts';
import { isForGateways, operationsOf } from '../../scripts/support/operations.ts';
import { hashPassword } from '../../server/accounts/password.ts';
import type { Security } from '../../server/auth/authenticate.ts';
import { withoutRequest } from '../../server/events/events.ts';
import { newId, operatorAccountId } from '../../server/id.ts';
import { changeKey } from '../../server/keys/changes.ts';
import type { Key } from '../../server/keys/keys.ts';
import { mintKey } from '../../server/keys/minting.ts';
import { createRole } from '../../server/keys/roles.ts';
import { activate, rotateKey } from '../../server/keys/rotation.ts';
import { hashToken, newToken } from '../../server/token.ts';
import { githubHeaders } from './github.ts';
import { password, type TestService } from './harness.ts';

/**
 * Every operation of the documents as calls on one account's things, by every kind of caller. What a gateway calls has two
 * callers, and is held to account in authorization.test.ts.
 */

type Document = ReturnType<typeof documentOf>;
type Operation = ReturnType<typeof operationsOf>[number]['operation'];
type Json = Record<string, unknown>;

/** One way to make a call: an operation, at one of its servers, with one of its bodies, for one account. */
export interface Call {
  title: string;
  contract: ContractName;
  operationId: string;
  method: string;
  /** With the base of its server; what is in braces is the owner's. */
  path: string;
  security: Security;
  /** The kinds of credential that this document knows at all. */
  schemes: string[];
  /** Whether the path names a thing of the owner's. */
  namesThing: boolean;
  /** Whose account the path or the query names: `unsaid` where it could, and does not; undefined where it cannot. */
  names: AccountWord | 'unsaid' | undefined;
  /** Which of several documented bodies it sends. */
  bodyName: string | undefined;
  body: Json | Json[] | undefined;
  /** Whether it takes its body as a form alone. */
  isForm: boolean;
}

type BodySchema = {
  $ref?: string;
  anyOf?: BodySchema[];
  example?: Json;
  properties?: Json;
  required?: string[];
};

const formType = 'application/x-www-form-urlencoded';
const jsonType = 'application/json';

const takesForm = ({ requestBody }: Operation) =>
  requestBody !== undefined && 'content' in requestBody && !(jsonType in requestBody.content);

/**
 * The bodies to send, as JSON where that is taken, by name: the documented examples; else, for each object that the schema takes, one that is
 * put together from the examples of its properties. What is required and has no example is a secret: see `real`.
 */
function bodiesOf(operation: Operation, { components }: Document): [string | undefined, Json?][] {
  const { requestBody } = operation;
  if (!requestBody || '$ref' in requestBody) return [[undefined]];
  const type = takesForm(operation) ? formType : jsonType;
  const { example, examples, schema = {} } = requestBody.content[type] ?? {};
  if (examples) return Object.entries(examples).map(([name, one]) => [name, 'value' in one ? one.value : {}]);
  if (example) return [[undefined, example]];
  const nameOf = ({ $ref }: BodySchema) => $ref?.split('/').at(-1) ?? '';
  const resolved = (one: BodySchema) =>
    (one.$ref ? (components?.schemas?.[nameOf(one)] ?? {}) : one) as BodySchema;
  const { anyOf = [schema as BodySchema] } = resolved(schema as BodySchema);
  const bodies = anyOf.flatMap((one) => {
    const { example: whole, properties, required = [] } = resolved(one);
    if (!whole && !properties) return [];
    const parts = Object.entries((properties ?? {}) as Record<string, Json>)
      .filter(([property, { example }]) => example !== undefined || required.includes(property))
      .map(([property, { example }]) => [property, example ?? '']);
    return [[nameOf(one), whole ?? Object.fromEntries(parts)] as [string, Json]];
  });
  return bodies.length > 1 ? bodies : bodies.map(([, body]) => [undefined, body]);
}

function callsOf(contract: ContractName): Call[] {
  const document = documentOf(contract);
  const schemes = Object.keys(document.components?.securitySchemes ?? {});
  const bases = (document.servers ?? []).map(({ url }) => new URL(url).pathname.replace(/\/$/, ''));
  const calls: Call[] = [];
  for (const base of bases)
    for (const { method, path, operation } of operationsOf(document)) {
      if (isForGateways(operation)) continue;
      const queries = (operation.parameters ?? []).map((one) =>
        'in' in one && one.in === 'query' ? one.name : '',
      );
      const isInPath = path.includes('{accountId}');
      const namings = isInPath
        ? (['owner', 'other'] as const)
        : queries.includes('accountId')
          ? path.startsWith('/v1/account')
            ? (['owner', 'other', 'unsaid'] as const)
            : (['owner', 'other', 'operator', 'unsaid'] as const)
          : [undefined];
      for (const [bodyName, body] of bodiesOf(operation, document))
        for (const names of namings)
          calls.push({
            title: [
              operation.operationId,
              bases.length > 1 && `at ${base || '/'}`,
              bodyName && `with the body ${bodyName}`,
              names && (names === 'unsaid' ? 'naming no account' : `naming the ${names}’s account`),
            ]
              .filter(Boolean)
              .join(' '),
            contract,
            operationId: operation.operationId ?? '',
            method: method.toUpperCase(),
            path: base + path,
            security: operation.security ?? [],
            schemes,
            // A role is the deployment's.
            namesThing: path.replace(/\{(?:accountId|roleId)\}/, '').includes('{'),
            names,
            bodyName,
            body,
            isForm: takesForm(operation),
          });
    }
  return calls;
}

export const calls: Call[] = contractNames.flatMap(callsOf);

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
        return { id, account_id, password_version: 0, created_at, expires_at };
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

/** Brings the thing to the step of a rotation that the call is about, or gives it the quota that it is about. */
export async function prepare({ operationId }: Call, { service, owner, thing }: World): Promise<void> {
  const { context } = service;
  const { accountId } = owner;
  const { id } = thing.key;
  if (operationId === 'addToQuota') {
    const act = withoutRequest('operator', context.now());
    await changeKey(context, { accountId, id }, { quota: { remaining: 1 } }, act);
  }
  if (!/^(?:cancel|finish|extend)Rotation$/.test(operationId)) return;
  const minted = { token: newToken('lk_'), overlap: 60 };
  const { tokens } = await rotateKey(
    context,
    { accountId, id },
    minted,
    withoutRequest('operator', context.now()),
  );
  if (operationId !== 'cancelRotation') await activate(context, { id, hash: tokens[1]?.hash ?? '' });
}

/** The call as a request in this world, its examples replaced by what is there. */
function requestOf(call: Call, { owner, other, thing, roleId }: World): { path: string; init: RequestInit } {
  const accountIds = { owner: owner.accountId, other: other.accountId, operator: operatorAccountId };
  const account = call.names && call.names !== 'unsaid' ? `acc_${accountIds[call.names]}` : undefined;
  const ids: Record<string, string | undefined> = {
    accountId: account,
    keyId: `key_${thing.key.id}`,
    id: String(thing.key.number),
    apikey_id: thing.key.id,
    roleId: `role_${roleId}`,
  };
  const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`What does {${name}} of ${call.title} stand for?`);
    return id;
  });
  const query = account && !call.path.includes('{accountId}') ? `?accountId=${account}` : '';
  const real: Json = {
    token: thing.token,
    refreshToken: owner.refreshToken,
    email: call.operationId === 'createAccount' ? `new-${owner.session.sessionId}@example.com` : owner.email,
    password,
    currentPassword: password,
    newPassword: `${password} staple`,
    scopes: [],
    subject_token: thing.token,
    scope: '',
  };
  const init = { method: call.method };
  if (!call.body) return { path: path + query, init };
  const filled = (part: Json) =>
    Object.fromEntries(Object.entries(part).map(([name, value]) => [name, real[name] ?? value]));
  if (call.isForm && !Array.isArray(call.body)) {
    const form = new URLSearchParams(filled(call.body) as Record<string, string>);
    const headers = { 'Content-Type': formType };
    return { path: path + query, init: { ...init, headers, body: form.toString() } };
  }
  const body = JSON.stringify(Array.isArray(call.body) ? call.body.map(filled) : filled(call.body));
  const signed = call.operationId === 'reportLeaksFromGithub';
  const headers = signed ? githubHeaders(body) : { 'Content-Type': jsonType };
  return { path: path + query, init: { ...init, headers, body } };
}

export type AccountWord = 'owner' | 'other' | 'operator';

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
const ourScopes = [...accountScopes, 'leaks:report', 'metrics:read', 'operator:read', 'operator:keys'];
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
  keyOf('owner', 'the owner’s key with every scope', ourScopes),
  // Nobody can grant these; had somebody written them by hand, they would let in nobody.
  keyOf('owner', 'the owner’s key with wildcards over our scopes', ['*', 'keys:*', 'leaks:*', 'operator:*']),
  keyOf('other', 'the other’s key with every scope', ourScopes),
  keyOf('operator', 'a key of the operator’s account with keys:verify', ['keys:verify']),
  keyOf('operator', 'a key of the operator’s account with metrics:read', ['metrics:read']),
  keyOf('operator', 'a key of the operator’s account with leaks:report', ['leaks:report']),
  keyOf('operator', 'a key of the operator’s account with operator:read', ['operator:read']),
  keyOf('operator', 'a key of the operator’s account with operator:keys', ['operator:keys']),
  keyOf('operator', 'a key of the operator’s account with every scope', ourScopes),
  {
    title: 'the operator',
    kind: 'operatorToken',
    of: 'operator',
    token: ({ service }) => service.operatorToken,
  },
];

/** A call with this bearer token, or without a credential. */
export function requestWith(
  token: string | undefined,
  call: Call,
  world: World,
): { path: string; init: RequestInit } {
  const { path, init } = requestOf(call, world);
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return { path, init: { ...init, headers: { ...init.headers, ...authorization } } };
}

/** A call, as somebody makes it. */
export const requestAs = async (
  who: Who,
  call: Call,
  world: World,
): Promise<ReturnType<typeof requestWith>> => requestWith(await who.token(world), call, world);
