import { maxUserAgentLength } from '../../../decide/client.ts';
import { credentialOf } from '../../../decide/credential.ts';
import { isPromise } from '../../../decide/maybe-async.ts';
import {
  type RefusalProblem as GuardProblem,
  type RefusalReason,
  refusalOf,
} from '../../../decide/refusals.ts';
import type { Invalid, Valid, Verdict, VerifiedKey } from '../schema.gen.ts';
import { type Asked, isKey, isVerdict, type Verifies } from '../verify.ts';
import { headerOf, type RequestHeaders } from './headers.ts';
import { headersOfLimits } from './limit-headers.ts';
import { askable, assertNamed, type OnUnavailable, type Requirement } from './requirement.ts';

export type {
  RefusalProblem as GuardProblem,
  RefusalReason,
  RefusalStatus,
} from '../../../decide/refusals.ts';
export { headersOf, type RequestHeaders } from './headers.ts';
export type { OnUnavailable, Requirement, Wanted } from './requirement.ts';

export interface GuardOptions {
  /** Who verifies keys: the client, or the in-process verifier. */
  verify: Verifies;
  /** The protection space that challenges name (RFC 9110, section 11.5). Default: `api`. */
  realm?: string | undefined;
  /** A header, such as `X-API-Key`, that may hold the key instead of `Authorization`. Default: none. */
  apiKeyHeader?: string | undefined;
  /**
   * Called when nothing is known about a key. It gets the error: log it here. Unless it returns a key to go on with, the
   * request is refused. It is not awaited: a promise is no key.
   */
  onUnavailable?: OnUnavailable | undefined;
}

/** The request may go on. */
export interface Admitted {
  ok: true;
  key: VerifiedKey;
  verdict: Valid;
  /** Headers for the response, whatever it is: what is left of the key's limits. */
  headers: Readonly<Record<string, string>>;
}

/** The request is refused, and this is the response. */
export interface Refused {
  ok: false;
  status: GuardProblem['status'];
  headers: Readonly<Record<string, string>>;
  problem: GuardProblem;
  /** The exact reason, for your log: the response may hide it. */
  reason: RefusalReason;
  /** The verdict, if there is one. */
  verdict?: Invalid;
  /** With `unavailable`: what `verify` threw, or that it returned no verdict. */
  error?: unknown;
}

export type Checked = Admitted | Refused;

export interface Guard {
  /**
   * Whether a request may go on. The result is synchronous if `verify` returns a verdict and no promise.
   * @param requirement what the endpoint requires
   * @param ip the address of the client, which a key with `allowedIps` needs
   * @throws TypeError for scopes that are undefined, or required by a misspelt name: every key would be let in
   */
  check(headers: RequestHeaders, requirement?: Requirement, ip?: string): Checked | Promise<Checked>;
}

const nothing = {};

/** A guard of endpoints, for any framework. Adapters for some stand beside it, such as `@latchkey/client/hono`. */
export function createGuard({
  verify: verifier,
  realm = 'api',
  apiKeyHeader,
  onUnavailable,
}: GuardOptions): Guard {
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) throw new TypeError(`"${realm}" cannot be a realm.`);
  if (typeof verifier?.verify !== 'function')
    throw new TypeError('`verify` must be a client or an awaited verifier.');

  const refuse = (
    reason: RefusalReason,
    { scopes }: Requirement = nothing,
    facts: Pick<Refused, 'verdict' | 'error'> = nothing,
  ): Refused => {
    const { verdict } = facts;
    const refusal = refusalOf(reason, { realm, scopes, missingScopes: verdict?.missingScopes });
    const { status, headers } = refusal;
    if (status === 429 && verdict) Object.assign(headers, headersOfLimits(verdict));
    const seconds = status === 503 ? 1 : verdict?.retryAfter;
    if (seconds !== undefined) headers['Retry-After'] = String(seconds);
    return { ok: false, reason, ...facts, ...refusal };
  };

  // What shared caches may keep depends on Authorization (RFC 9111, section 3.5), but not on another header.
  const ownCaching = apiKeyHeader ? { 'Cache-Control': 'private' } : nothing;
  const admit = (verdict: Valid): Admitted => ({
    ok: true,
    key: verdict.key,
    verdict,
    headers: verdict.limits ? { ...ownCaching, ...headersOfLimits(verdict) } : ownCaching,
  });

  return {
    check(headers, required = nothing, ip) {
      const apiKey = apiKeyHeader ? headerOf(headers, apiKeyHeader) : '';
      const credential = credentialOf(headerOf(headers, 'authorization'), apiKey);
      if ('reason' in credential) return refuse(credential.reason);
      const decide = (error: unknown): Checked => {
        const key = (required.onUnavailable ?? onUnavailable)?.(error) as VerifiedKey | Promise<unknown>;
        // Nobody waits for a promise, and a rejection that nobody handles ends the process.
        if (isPromise(key)) key.then(undefined, () => {});
        return isKey(key) ? admit({ valid: true, key }) : refuse('unavailable', required, { error });
      };
      const judge = (verdict: Verdict): Checked => {
        if (!isVerdict(verdict)) return decide(new TypeError('What `verify` returned is no verdict.'));
        return verdict.valid ? admit(verdict) : refuse(verdict.reason, required, { verdict });
      };
      const asked = askedOf(headers, required, ip);
      let verdict: Verdict | Promise<Verdict>;
      try {
        verdict = verifier.verify(credential.token, asked);
      } catch (error) {
        return decide(error);
      }
      return isPromise(verdict) ? verdict.then(judge, decide) : judge(verdict);
    },
  };
}

/**
 * What to ask of a key. Other fields beside a requirement, as in the config of a Fastify route, are left out.
 * @throws TypeError
 */
function askedOf(headers: RequestHeaders, required: Requirement, ip: string | undefined): Asked {
  assertNamed(required);
  const asked: Record<string, unknown> = {};
  for (const name of askable) if (required[name] !== undefined) asked[name] = required[name];
  if (ip !== undefined) asked.ip = ip;
  const userAgent = headerOf(headers, 'user-agent');
  // Cut, or it could make the request that verifies too large.
  if (userAgent) asked.userAgent = userAgent.slice(0, maxUserAgentLength);
  return asked;
}
