import type { VerifiedKey } from '../../decide/verified-key.ts';
import { type AccountName, namedAccountId } from '../accounts/accounts.ts';
import type { ServiceContext } from '../context.ts';
import { AccountNotFound, AccountRequired, Unauthenticated, WrongCaller } from '../errors.ts';
import { operatorAccountId } from '../id.ts';

/** Who makes a request. The kinds bear the names of the contract's security schemes. */
export type Caller =
  | { kind: 'anyone' }
  | { kind: 'accessToken'; accountId: string; sessionId: string }
  | { kind: 'apiKey'; accountId: string; key: VerifiedKey }
  /**
   * A key of the operator's own account that acts as the operator, within the scopes that the operation asks for.
   * `isAdmittedItself`: its scopes would let it in as any other key, on its own account.
   */
  | {
      kind: 'operatorKey';
      accountId: string;
      key: VerifiedKey;
      scopes: readonly string[];
      isAdmittedItself: boolean;
    }
  | { kind: 'operatorToken'; accountId: string };

/** Whether a caller is the operator, by its token or by a key of its own account that acts for it. */
export const isOperator = ({ kind }: Caller): boolean => kind === 'operatorToken' || kind === 'operatorKey';

/** The account that a caller belongs to. That of the operator is the operator's own account. */
export function selfOf(caller: Caller): string {
  if (caller.kind === 'anyone') throw new Unauthenticated('Nobody is signed in.', { sent: false });
  return caller.accountId;
}

/**
 * Whether a caller is of the operator's own account, whatever its scopes: it verifies every key, and is shown what the
 * operator alone sees.
 */
export const isOfOperator = (caller: Caller): boolean => selfOf(caller) === operatorAccountId;

/**
 * The caller of a call that a key can make about itself. Where a key of the operator names no account, and its scopes allow
 * the call on its own account, it is an API key as any other.
 */
export function asItself(caller: Caller, { accountId, externalId }: AccountName): Caller {
  if (caller.kind !== 'operatorKey' || !caller.isAdmittedItself) return caller;
  if (accountId !== undefined || externalId !== undefined) return caller;
  return { kind: 'apiKey', accountId: caller.accountId, key: caller.key };
}

/**
 * The account that a caller acts for: the one that the operator names, or any other caller's own. One that the operator
 * names by its id may not exist: it is not looked up here, since it has no keys. Where a list of it is empty, the operation
 * looks it up. A key that acts for the operator may read the operator's own account, and change nothing there: it could
 * give itself more scopes.
 * @throws AccountRequired if the operator names none
 * @throws AccountNotFound if no account has the externalId, if it is not that of the account with the id, or if another
 * caller names an account that is not its own
 * @throws WrongCaller if a key would change the operator's own account
 */
export async function accountOf({ db }: ServiceContext, caller: Caller, name: AccountName): Promise<string> {
  const named = await namedAccountId(db, name);
  if (isOperator(caller)) {
    if (named === undefined) throw new AccountRequired();
    if (
      named === operatorAccountId &&
      caller.kind === 'operatorKey' &&
      !caller.scopes.includes('operator:read')
    )
      throw new WrongCaller('This scope opens nothing in the operator’s own account.');
    return named;
  }
  const self = selfOf(caller);
  if (named !== undefined && named !== self) throw new AccountNotFound();
  return self;
}

/**
 * The account whose records a caller reads, as `accountOf` finds it. Undefined: all accounts, for an operator that names
 * none.
 * @throws AccountNotFound
 */
export async function readableAccountOf(
  context: ServiceContext,
  caller: Caller,
  named: AccountName,
): Promise<string | undefined> {
  const namesNone = named.accountId === undefined && named.externalId === undefined;
  return isOperator(caller) && namesNone ? undefined : accountOf(context, caller, named);
}

/** The session that makes the call. @throws WrongCaller if another caller does */
export function sessionOf(caller: Caller): Extract<Caller, { kind: 'accessToken' }> {
  if (caller.kind !== 'accessToken') throw new WrongCaller('This is for a signed-in account.');
  return caller;
}

/** The key that makes the call. @throws WrongCaller if another caller does */
export function callingKey(caller: Caller): VerifiedKey {
  if (caller.kind !== 'apiKey') throw new WrongCaller('This is for an API key.');
  return caller.key;
}

/** The scopes that a caller cannot go beyond in what it gives: those of a key. Undefined where there is no bound. */
export const boundsOf = (caller: Caller): ReadonlySet<string> | undefined =>
  caller.kind === 'apiKey' ? caller.key.scopes : undefined;

/** Whose Idempotency-Keys a caller uses: those of a key, of an account that is signed in, or of the operator. */
export function repeaterOf(caller: Caller): string {
  if (caller.kind === 'operatorToken') return 'operator';
  const account = `acc_${selfOf(caller)}`;
  return 'key' in caller ? `${account} key_${caller.key.id}` : account;
}

/** The caller as events name it. */
export function actorOf(caller: Caller): string {
  switch (caller.kind) {
    case 'anyone':
      return 'anyone';
    case 'accessToken':
      return `session_${caller.sessionId}`;
    case 'apiKey':
    case 'operatorKey':
      return `key_${caller.key.id}`;
    case 'operatorToken':
      return 'operator';
  }
}

/** Whose turn a long read takes. The operator has one for each list, so that no owner keeps it from reading. */
export const turnOf = (caller: Caller, list: string): string =>
  isOperator(caller) ? `operator: ${list}` : selfOf(caller);
