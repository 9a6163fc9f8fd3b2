import { covers } from '../../decide/scopes.ts';
import { isPlausible } from '../../decide/token-form.ts';
import { endOf } from '../../decide/verdict.ts';
import type { VerifiedKey } from '../../decide/verified-key.ts';
import type { ServiceContext } from '../context.ts';
import { InvalidInput } from '../errors.ts';
import { operatorAccountId } from '../id.ts';
import { type ExchangeGrant, exchangedClaims } from '../jwt/exchanged-claims.ts';
import { refusalText } from './authenticate.ts';
import { type Check, check } from './check.ts';

/** What a token is to be exchanged for. */
interface AskedExchange {
  /** The token of a key. */
  subjectToken: string;
  /** The token of the key that acts for that key. */
  actorToken?: string | undefined;
  /** The scopes of the new token. Absent: all of the key. */
  scopes?: ReadonlySet<string> | undefined;
  /** The services that may accept the new token, by URI. Absent: those of the key. */
  audience?: readonly string[] | undefined;
  /** In seconds. */
  lifetime: number;
}

type Clients = Pick<Check, 'client' | 'recordedClient'>;

/** The new token, with its scopes and its lifetime. */
interface ExchangeResult {
  token: string;
  scopes: ReadonlySet<string>;
  /** In seconds. */
  expiresIn: number;
}

/**
 * Exchanges a token of a key for a JWT with a shorter life and fewer rights. The exchange counts as a use of both keys, and
 * takes nothing from their limits. The JWT names its parent token by the hash. Each verification looks that up, so the JWT
 * is never accepted when its parent would be refused.
 * @param clients who sent both tokens, and who is recorded to have
 * @throws InvalidInput if a token is refused, or the key lacks what is asked for
 * @throws DatabaseUnavailable
 */
export async function exchangeToken(
  context: ServiceContext,
  { subjectToken, actorToken, scopes, audience, lifetime }: AskedExchange,
  clients: Clients,
): Promise<ExchangeResult> {
  const actor =
    actorToken === undefined ? null : await exchangeableKey(context, 'actor_token', actorToken, clients);
  const key = await exchangeableKey(context, 'subject_token', subjectToken, clients, (key) => {
    assertCovered(key, scopes);
    assertAccepted(key, audience);
    assertForOthers(context, audience ?? key.audience ?? []);
  });
  const now = context.now();
  const grant: ExchangeGrant = {
    scopes: scopes ?? key.scopes,
    audience: audience ?? key.audience,
    actor: actor?.id ?? null,
    expiresAt: new Date(Math.min(now + lifetime * 1000, endOf(key))),
  };
  const claims = exchangedClaims(key, grant, now);
  const token = await context.signer.signExchanged(claims);
  // A longer token would be refused unread.
  if (!isPlausible(token)) throw refused('scope', 'The token would be too long: ask for fewer scopes.');
  return { token, scopes: grant.scopes, expiresIn: claims.exp - claims.iat };
}

const refused = (parameter: string, detail: string) =>
  new InvalidInput({ detail, pointer: `#/${parameter}` });

/** The key of a token. @throws InvalidInput if the token is refused, or `admit` throws, which then counts as no use */
async function exchangeableKey(
  context: ServiceContext,
  parameter: 'subject_token' | 'actor_token',
  token: string,
  clients: Clients,
  admit?: (key: VerifiedKey) => void,
): Promise<VerifiedKey> {
  if (context.signer.exchanged.claims(token))
    throw refused(parameter, 'An exchanged token cannot be exchanged: send the token of a key.');
  // The audience is checked where the new token is presented.
  const asked = { purpose: 'exchange', reach: operatorAccountId, audience: null, ...clients } as const;
  const verdict = await check(context, token, { ...asked, ...(admit && { admit }) });
  if (!verdict.valid) throw refused(parameter, refusalText(verdict.reason));
  return verdict.key;
}

/** @throws InvalidInput */
function assertCovered(key: VerifiedKey, scopes: ReadonlySet<string> = new Set()): void {
  const missing = [...scopes].filter((scope) => !covers(key.scopes, scope));
  if (missing.length > 0) throw refused('scope', `The key lacks "${missing.join(' ')}".`);
}

/** @throws InvalidInput */
function assertAccepted(key: VerifiedKey, audience: readonly string[] = []): void {
  const other = audience.find((uri) => key.audience && !key.audience.includes(uri));
  if (other !== undefined) throw refused('audience', `The key is not for ${other}.`);
}

/**
 * A token for this service would pass for one of its access tokens where only `iss` and `aud` are checked.
 * @throws InvalidInput
 */
function assertForOthers({ publicUrl }: ServiceContext, audience: readonly string[]): void {
  if (audience.includes(publicUrl)) throw refused('audience', `${publicUrl} is this service: name others.`);
}
