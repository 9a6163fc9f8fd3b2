import { timingSafeEqual } from 'node:crypto';
import type { Client } from '../../decide/client.ts';
import { maybeAsync } from '../../decide/maybe-async.ts';
import { detailOf } from '../../decide/refusals.ts';
import { covers } from '../../decide/scopes.ts';
import { typeOf } from '../../decide/token-form.ts';
import type { Reason } from '../../decide/verdict.ts';
import type { VerifiedKey } from '../../decide/verified-key.ts';
import { isLiveSession } from '../accounts/sessions.ts';
import type { ServiceContext } from '../context.ts';
import { InsufficientScope, type Refusal, Unauthenticated, WrongCaller } from '../errors.ts';
import { operatorAccountId } from '../id.ts';
import { accessType } from '../jwt/signing.ts';
import { verify } from '../verify/verify.ts';
import { actorOf, type Caller } from './callers.ts';
import { check } from './check.ts';

/** What a caller presents: a bearer token, or the id of a client with its secret (RFC 6749, section 2.3.1). */
export type Credential = string | { clientId: string; secret: string };

/** The callers that an operation is for, each with the scopes it needs: OpenAPI's `security`. */
export type Security = readonly { readonly [scheme: string]: readonly string[] | undefined }[];

const operator: Caller = { kind: 'operatorToken', accountId: operatorAccountId };

const invalid = (message: string) => new Unauthenticated(message, { sent: true });

/** Whether a token is a JWT whose header says that it is an access token (RFC 9068). The signature is not checked. */
export const claimsToBeAccessToken = (token: string): boolean => typeOf(token) === accessType;

/**
 * Finds out who makes a call, and lets in the callers that `security` names, with the scopes that it requires. A call that
 * is let in counts as a use of its key. A call with an expired or disabled key is counted as such.
 * @param credential what was presented; undefined: nothing
 * @param client who presented it; asked only for the token of a key
 * @throws Unauthenticated if the credential is not valid, or no longer
 * @throws WrongCaller or InsufficientScope if it is valid, but not for this
 */
export function authenticate(
  context: ServiceContext,
  credential: Credential | undefined,
  security: Security,
  client: () => Client,
): Caller | Promise<Caller> {
  if (credential === undefined) return admitted({ kind: 'anyone' }, security);
  const token = typeof credential === 'string' ? credential : credential.secret;
  const letIn = (caller: Caller) => admitted(identified(caller, credential), security);
  if (isOperatorToken(context, token)) return letIn(operator);
  if (claimsToBeAccessToken(token)) return identifySession(context, token, context.now()).then(letIn);
  if (context.signer.exchanged.claims(token))
    throw invalid(
      'An exchanged token is for the services of the product: call this API with the key itself.',
    );

  const admit = (key: VerifiedKey) => void letIn(callerOf(key));
  const checked = check(context, token, {
    purpose: 'authenticate',
    reach: operatorAccountId,
    audience: context.publicUrl,
    client,
    admit,
  });
  return maybeAsync(checked, (verdict) => {
    if (!verdict.valid) throw invalid(refusalText(verdict.reason));
    // Again: the first use of a token looks its key up anew, which may have changed.
    return letIn(callerOf(verdict.key));
  });
}

/**
 * Whether the token of a key is still let in, for connections that outlive a request. Nothing is recorded.
 * @throws DatabaseUnavailable
 */
export function isStillAdmitted(
  context: ServiceContext,
  token: string,
  security: Security,
  client: () => Client,
): boolean | Promise<boolean> {
  const { keys, publicUrl, now } = context;
  const wanted = { reach: operatorAccountId, audience: publicUrl, client, now };
  return maybeAsync(
    verify(keys, token, wanted),
    (verdict) => verdict.valid && alternativeFor(callerOf(verdict.key), security)?.lacked.length === 0,
  );
}

const callerOf = (key: VerifiedKey): Extract<Caller, { kind: 'apiKey' }> => ({
  kind: 'apiKey',
  accountId: key.accountId,
  key,
});

/** What this API tells the holder of a token, and an API of the product does not. */
const ownTexts: Partial<Record<Reason, string>> = {
  unknown: 'The token is not known here.',
  revoked: 'The key was revoked.',
  rotated: 'The token was replaced: its key has a newer one.',
  account_disabled: 'The account of the key is disabled.',
  disabled: 'The key is disabled.',
};

/** What the holder of a token that is refused is told. */
export const refusalText = (reason: Reason): string => ownTexts[reason] ?? detailOf(reason);

/** Compares secrets in a time that depends on their lengths alone. */
const isSame = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));

/** Whether a token is the operator's. */
export const isOperatorToken = ({ operatorTokens }: ServiceContext, token: string): boolean =>
  operatorTokens.some((own) => isSame(token, own));

async function identifySession({ db, signer }: ServiceContext, token: string, now: number): Promise<Caller> {
  const session = await signer.readAccess(token, now);
  if (!session || !(await isLiveSession(db, { ...session, now })))
    throw invalid('The access token is not valid, or no longer: refresh the session, or sign in again.');
  return { kind: 'accessToken', ...session };
}

/** The `client_id` of a caller, where it has one. */
const clientIdOf = (caller: Caller) =>
  caller.kind === 'apiKey' || caller.kind === 'operatorToken' ? actorOf(caller) : undefined;

/** @throws Unauthenticated where a client presented the secret of another */
function identified(caller: Caller, credential: Credential): Caller {
  if (typeof credential !== 'string' && credential.clientId !== clientIdOf(caller))
    throw invalid('The client id is not that of the secret.');
  return caller;
}

type Wanted = Exclude<Caller['kind'], 'anyone'>;

/** How messages name what a security scheme asks for. `client` is missing: it is a way to present a key, not a caller. */
const wantedNames: Record<Wanted, string> = {
  accessToken: 'the access token of a session',
  apiKey: 'an API key',
  operatorKey: 'an API key of the operator’s own account',
  operatorToken: 'the operator token',
};

const asksNothing = (schemes: object) => Object.keys(schemes).length === 0;

/** Whether an operation is open to everybody. Then a credential that is sent is not looked at. */
export const isPublic = (security: Security) => security.length === 0;

/** A way in: as whom, and the scopes that are lacking for it. */
interface Alternative {
  caller: Caller;
  lacked: readonly string[];
}

/** How `security` lets in a caller of this kind; undefined where it does not. A key of the operator acts for it first. */
function alternativeFor(caller: Caller, security: Security): Alternative | undefined {
  const asOperator = operatorAlternative(caller, security);
  if (asOperator?.lacked.length === 0) return asOperator;
  const schemes = security.find((one) => caller.kind in one) ?? security.find(asksNothing);
  if (!schemes) return asOperator;
  return { caller, lacked: caller.kind === 'apiKey' ? lackedBy(caller.key, schemes.apiKey) : [] };
}

function operatorAlternative(caller: Caller, security: Security): Alternative | undefined {
  if (caller.kind !== 'apiKey' || caller.accountId !== operatorAccountId) return undefined;
  const { key } = caller;
  const ways = security.filter((schemes) => 'operatorKey' in schemes);
  const way = ways.find(({ operatorKey }) => lackedBy(key, operatorKey).length === 0) ?? ways[0];
  const scopes = way?.operatorKey;
  if (!scopes) return undefined;
  const own = security.find((schemes) => 'apiKey' in schemes);
  const isAdmittedItself = own !== undefined && lackedBy(caller.key, own.apiKey).length === 0;
  return {
    caller: { ...caller, kind: 'operatorKey', scopes, isAdmittedItself },
    lacked: lackedBy(caller.key, scopes),
  };
}

const lackedBy = ({ scopes: held }: VerifiedKey, wanted: readonly string[] = []): readonly string[] =>
  wanted.every((scope) => covers(held, scope)) ? [] : wanted;

/** A refusal that tells the log who was refused. */
const refusing = (caller: Caller, refusal: Refusal) => Object.assign(refusal, { actor: actorOf(caller) });

/**
 * The caller, where `security` names its kind, and it has the scopes that are asked for.
 * @throws Unauthenticated, WrongCaller or InsufficientScope
 */
function admitted(caller: Caller, security: Security): Caller {
  if (isPublic(security)) return caller;
  const alternative = alternativeFor(caller, security);
  if (!alternative) {
    const wanted = security.flatMap((schemes) =>
      Object.keys(schemes).flatMap((scheme) => wantedNames[scheme as Wanted] ?? []),
    );
    if (caller.kind === 'anyone')
      throw new Unauthenticated(`Send ${wanted.join(' or ')} as "Authorization: Bearer <token>".`, {
        sent: false,
      });
    throw refusing(caller, new WrongCaller(`This is for a caller with ${wanted.join(' or ')}.`));
  }
  if (alternative.lacked.length > 0) throw refusing(caller, new InsufficientScope(alternative.lacked));
  return alternative.caller;
}
