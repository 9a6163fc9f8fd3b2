import { onlyMaxKeys } from '../../decide/policy.ts';
import { startService, type TestService } from '../support/harness.ts';
import { isForGateways, isGuarded, isPublic, nameOf } from '../support/operations.ts';
import { type Account, accountsOf, credentialFor, issue } from './callers.ts';
import { type Call, curlOf, issued, judge, render } from './calls.ts';

/** The service on trial: calls are made as who may make them, and answers held against the contract. */
export interface Trial {
  service: TestService;
  /** Makes a call as somebody who may. */
  make: (call: Call, account?: Account) => Promise<Response>;
  /** Makes a call and says what is wrong with the answer, with a line that makes it again; nothing if all is well. */
  try: (call: Call) => Promise<string | undefined>;
  newAccount: () => Promise<Account>;
}

export async function startTrial(): Promise<Trial> {
  // All good calls that create keys do so in one account.
  const service = await startService({ defaultPolicy: onlyMaxKeys(10_000) });
  const newAccount = await accountsOf(service);
  const shared = await newAccount();

  const kept = new Map<string, Promise<string>>();
  const make = async (asked: Call, account = shared) => {
    const { operation } = asked;
    const credential = await credentialFor(service, operation, account);
    const call = credential?.token === service.operatorToken ? namingAccount(asked) : asked;
    const given = new Map<string, string>();
    for (const name of issuedIn(call)) {
      const place = `${name} of ${operation.path}`;
      const get = () => issue(service, name, account, operation, credential?.token);
      const issued = account === shared && leavesAll(call) ? (kept.get(place) ?? get()) : get();
      if (account === shared && leavesAll(call)) kept.set(place, issued);
      given.set(name, await issued);
    }
    const { target, headers, body } = render(call, (name) => given.get(name) ?? '');
    return service.fetch(target, {
      method: operation.method,
      headers: {
        ...headers,
        ...(credential && { Authorization: `Bearer ${credential.token}` }),
        ...(credential?.gateway && { 'Latchkey-Authorization': `Bearer ${credential.gateway}` }),
      },
      ...(body !== undefined && { body }),
    });
  };

  return {
    service,
    make,
    newAccount,
    async try(call) {
      const { verdict, why } = judge(call);
      const account = isHarmless(call) ? shared : await newAccount();
      const complain = async (what: string) =>
        `${what}\n  ${curlOf(call, (await credentialFor(service, call.operation, account))?.name)}`;
      try {
        const response = await make(call, account);
        const { ok, status } = response;
        const told = `${nameOf(call.operation)} answered ${status}`;
        if (verdict === 'good' && !ok && !isExcused(call, status))
          return complain(`${told} to a good call: ${await response.text()}`);
        if (verdict === 'bad' && (status < 400 || status > 499) && !(ok && judgesItems(call)))
          return complain(`${told} to a bad call: ${why}`);
      } catch (error) {
        return complain(String(error));
      }
    },
  };
}

/** A call as the operator makes it, who has to name the account that it is for. */
function namingAccount(call: Call): Call {
  const names = ['accountId', 'externalId'];
  const canName = call.operation.parameters.some(
    ({ in: place, name }) => place === 'query' && name === 'accountId',
  );
  const isNamed = call.query.some(([name]) => names.includes(name));
  // Without, the operator reads the events of all accounts.
  return canName && !isNamed && call.operation.method !== 'GET'
    ? { ...call, query: [...call.query, ['accountId', issued]] }
    : call;
}

/** Whether what is wrong with a call is in an item of a list whose items are judged one by one, in the answer. */
const judgesItems = ({ operation, body }: Call) =>
  operation.path === '/v1/keys/import/batch' && Object(body?.value).keys?.length > 0;

/** Whether a call leaves the account as it is: it changes nothing, or a resource of its own, named in its path. */
const isHarmless = (call: Call) => leavesAll(call) || /\{(?!accountId\})/.test(call.operation.path);

/** Whether a call changes nothing, so that what was issued for it can be used again. */
const leavesAll = (call: Call) => call.operation.method === 'GET' || judge(call).verdict === 'bad';

/** The parameters of a call that take what the service issued. */
const issuedIn = ({ operation, path = {}, query }: Call) => [
  ...operation.parameters
    .filter((parameter) => parameter.in === 'path' && !(parameter.name in path))
    .map(({ name }) => name),
  ...query.flatMap(([name, value]) => (value === issued ? [name] : [])),
];

const namesRole = (body: unknown) =>
  typeof body === 'object' && body !== null && 'roles' in body && [body.roles].flat().length > 0;

/** Whether a filter names an account or a role, which has to exist. */
const filtersByName = (body: unknown) =>
  ['accountId', 'externalId', 'role'].some((name) => name in Object(Object(body).filter));

/** Whether a body asks for a prefix, of which a deployment has only some. */
const namesPrefix = (body: unknown) => typeof body === 'object' && body !== null && 'prefix' in body;

/** Whether a body sets limits or a quota, which only the operator does. */
const setsLimits = (body: unknown) =>
  typeof body === 'object' && body !== null && ('limits' in body || 'quota' in body);

/** Whether a body may have more values than any body may. */
const hasTooManyValues = (body: unknown) => (JSON.stringify(body)?.split(',').length ?? 0) > 5_000;

/** Whether a body says when something was made, which cannot be in the future, as the instants are that tests make up. */
const namesCreation = (body: unknown) => typeof body === 'object' && body !== null && 'createdAt' in body;

/** Whether a body carries a token to be exchanged, which RFC 8693 has refused like a body that cannot be read. */
const exchangesToken = (body: unknown) =>
  typeof body === 'object' && body !== null && 'subject_token' in body;

/** Whether a body, or a key of a batch in it, has two limits of one name. */
function namesLimitTwice(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if ('keys' in body && Array.isArray(body.keys) && body.keys.some(namesLimitTwice)) return true;
  if (!('limits' in body) || !Array.isArray(body.limits)) return false;
  const names = body.limits.map((limit) => limit?.name);
  return new Set(names).size < names.length;
}

/**
 * Whether a good call may be refused for what no schema can say: the name it asks for is taken, or
 * its Idempotency-Key, the key of a gateway's client lacks the scope, the account, the role or the prefix that it names does not exist, the creation that it names lies ahead, its limits are the operator's to set or two of them have one name, it has more values than any body may have, the range of time that its query names ends before it begins or is too long, or it carries a password or a token in its body that is not the
 * right one.
 */
function isExcused({ operation, headers = {}, body }: Call, status: number): boolean {
  if (!(status in operation.responses)) return false;
  if (status === 409) return true;
  if ([404, 422].includes(status) && filtersByName(body?.value)) return true;
  if (isForGateways(operation) && status === 403) return true;
  if (status === 403 && setsLimits(body?.value)) return true;
  if (status === 400 && exchangesToken(body?.value)) return true;
  if (status === 400 && hasTooManyValues(body?.value)) return true;
  if (
    status === 422 &&
    (namesLimitTwice(body?.value) || namesPrefix(body?.value) || namesCreation(body?.value))
  )
    return true;
  if (status === 422 && (namesRole(body?.value) || 'Idempotency-Key' in headers)) return true;
  const instants = operation.parameters.filter(({ schema }) => schema.format === 'date-time');
  if (instants.length === 2 && status === 422) return true;
  const content = Object.values(operation.requestBody?.content ?? {});
  const judgesBody =
    content.length > 0 &&
    (isPublic(operation) ||
      (isGuarded(operation) && JSON.stringify(content).includes('"format":"password"')));
  return judgesBody && [401, 403, 404, 429].includes(status);
}
