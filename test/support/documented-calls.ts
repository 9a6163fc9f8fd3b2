import { type ContractName, contractNames } from '../../decide/contracts.ts';
import { documentOf } from '../../scripts/support/document.ts';
import { isForGateways, operationsOf } from '../../scripts/support/operations.ts';
import { nameOf } from '../../scripts/support/schemas.ts';
import { changeAccount } from '../../server/accounts/accounts.ts';
import type { Security } from '../../server/auth/authenticate.ts';
import { withoutRequest } from '../../server/events/recording.ts';
import { operatorAccountId } from '../../server/id.ts';
import { changeKey } from '../../server/keys/changes.ts';
import { activate, rotateKey } from '../../server/keys/rotation.ts';
import { newToken } from '../../server/token.ts';
import { githubHeaders } from './github.ts';
import { password } from './harness.ts';
import type { AccountWord, Who, World } from './world.ts';

/**
 * Every operation of the documents as calls on one account's things: world.ts has these, and everybody who makes the calls.
 * What a gateway calls has two callers, and is held to account in authorization.test.ts.
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
  /** Whether the path names a thing of the owner's, or the body does, by its token. */
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
 * The bodies to send, as JSON where that is taken, by name: the documented examples; else, for each object that the schema
 * takes, one that is put together from the examples of its properties. What is required and has no example is a secret: see
 * `real`.
 */
function bodiesOf(operation: Operation, { components }: Document): [string | undefined, Json?][] {
  const { requestBody } = operation;
  if (!requestBody || '$ref' in requestBody) return [[undefined]];
  const type = takesForm(operation) ? formType : jsonType;
  const { example, examples, schema = {} } = requestBody.content[type] ?? {};
  if (examples) return Object.entries(examples).map(([name, one]) => [name, 'value' in one ? one.value : {}]);
  if (example) return [[undefined, example]];
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

/** Whose account the path or the query names, in each of the ways to make a call: see `Call`. */
function namingsOf(path: string, queries: readonly string[]): Call['names'][] {
  if (path.includes('{accountId}')) return ['owner', 'other'];
  if (!queries.includes('accountId')) return [undefined];
  if (path.startsWith('/v1/account')) return ['owner', 'other', 'unsaid'];
  return ['owner', 'other', 'operator', 'unsaid'];
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
      for (const [bodyName, body] of bodiesOf(operation, document))
        for (const names of namingsOf(path, queries))
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
            namesThing:
              operation.operationId === 'lookupKey' ||
              path.replace(/\{(?:accountId|roleId)\}/, '').includes('{'),
            names,
            bodyName,
            body,
            isForm: takesForm(operation),
          });
    }
  return calls;
}

export const calls: Call[] = contractNames.flatMap(callsOf);

/** Brings the thing to the step of a rotation that the call is about, or gives it, or the accounts, the quota that it is about. */
export async function prepare({ operationId }: Call, { service, owner, other, thing }: World): Promise<void> {
  const { context } = service;
  const { accountId } = owner;
  const { id } = thing.key;
  const act = withoutRequest('operator', context.now());
  const quota = { remaining: 1 };
  if (operationId === 'addToQuota') await changeKey(context, { accountId, id }, { quota }, act);
  if (operationId === 'addToAccountQuota')
    for (const { accountId } of [owner, other]) await changeAccount(context, accountId, { quota }, act);
  if (!/^(?:cancel|finish|extend)Rotation$/.test(operationId)) return;
  const minted = { token: newToken('lk_'), overlap: 60 };
  const { tokens } = await rotateKey(context, { accountId, id }, minted, act);
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
    sessionId: `session_${owner.session.sessionId}`,
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
