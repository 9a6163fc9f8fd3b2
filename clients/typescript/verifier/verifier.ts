import { isAskable } from '../../../decide/asked.ts';
import { verifierPath } from '../../../decide/frames.ts';
import { isPromise } from '../../../decide/maybe-async.ts';
import { parseScopeQuery, type ScopeQuery, satisfies } from '../../../decide/scope-query.ts';
import { exchangedType, isForeign, isPlausible, typeOf } from '../../../decide/token-form.ts';
import { isTurning } from '../../../decide/verdict.ts';
import { refusedBody, verifiedBody, wantedScopes } from '../../../decide/verdict-body.ts';
import { type Tombstone, verdictOn } from '../../../decide/verified-key.ts';
import { contract } from '../contract.ts';
import { addressOf, placed } from '../core/address.ts';
import { assertBounds } from '../core/bounds.ts';
import { Core } from '../core/core.ts';
import type { CoreOptions } from '../core/options.ts';
import { requestTo } from '../core/request.ts';
import { assertSendable } from '../core/token.ts';
import type { Verdict } from '../schema.gen.ts';
import type { Asked, Verifies } from '../verify.ts';
import { clientOf } from './client-of.ts';
import type { Connection, Introduction } from './connection.ts';
import { Connections } from './connections.ts';
import { builtInHashes, type Hashes, whatItNeeds } from './hash.ts';
import type { KnownKey } from './known-key.ts';
import { Reporter } from './reporter.ts';

export { VerifierRefused } from './connections.ts';

export interface VerifierOptions
  extends Pick<
    CoreOptions,
    | 'baseUrl'
    | 'fetch'
    | 'timeout'
    | 'deadline'
    | 'retries'
    | 'onAttempt'
    | 'onAnswer'
    | 'dangerouslyAllowBrowser'
  > {
  /**
   * The operator token, or a key with `keys:verify` of the operator's account: no other may open a verifier. A function is
   * asked for it before each connection and each request. Default: `LATCHKEY_TOKEN`, but only together with `LATCHKEY_URL`.
   */
  token?: Introduction['token'] | undefined;
  /** About how much memory the cache may take, in MiB. Default: 64, for 25,000 to 50,000 keys. */
  cacheMb?: number | undefined;
  /**
   * Called with `trusted` when tokens are verified from memory, and with `blind` when the service is asked each time: the
   * connection is lost, or there is none when `createVerifier` resolves, or the service cannot tell of changes for a second.
   * Called with `blind` again when a verifier that is blind is refused, as when its token was revoked meanwhile.
   * `reason` says why, for people. What it throws is dropped.
   */
  onChange?: ((state: 'trusted' | 'blind', reason?: string) => void) | undefined;
  /** Used instead of the global `WebSocket`. */
  WebSocket?: typeof WebSocket | undefined;
}

/** Verifies tokens in this process. */
export interface Verifier extends Verifies, AsyncDisposable {
  /** Whether tokens are verified from memory now. If not, the service is asked each time. */
  readonly isTrusted: boolean;
  /**
   * The verdict on a token: synchronously if the key is in memory, a promise if the service is asked. It is always asked for
   * keys with limits or a quota, and for the first use of a rotated token.
   * @throws (rejects) if nothing is known about the token, since the service cannot be reached
   */
  verify(token: string, asked?: Asked): Verdict | Promise<Verdict>;
  /** What to graph. */
  readonly stats: VerifierStats;
  /** Tells the uses that were not told yet, if there is a connection, and closes it. */
  close(): Promise<void>;
}

/** The first two are sizes; the others count verifications since the verifier was created. */
export interface VerifierStats {
  /** Tokens that are cached with their keys. */
  known: number;
  /** Tokens that are cached as unknown or gone: 10,000 at most. */
  unknown: number;
  /** Verifications that waited for the replica, since the token was not cached. */
  misses: number;
  /** Verifications that the service was asked for over HTTP. */
  overHttp: number;
}

/** How often a call is repeated by default. When a replica is killed, a balancer may lead to it for a while. */
const retries = 3;
/** How many parsed scope queries are kept. */
const maxQueries = 1_000;

/**
 * Opens a verifier: a cache of the keys that were verified lately, and a connection on which the service tells every change
 * to a key before the change is answered. docs/REVOCATION.md of the service proves why that is enough.
 *
 * It resolves as soon as tokens are verified from memory, or after 2 seconds. Until then, and whenever the connection is
 * lost, the service is asked each time.
 * @throws VerifierRefused if the token may not open a verifier
 * @throws TypeError if this runtime has no WebSocket, or no SHA-512
 */
export async function createVerifier(options: VerifierOptions = {}): Promise<Verifier> {
  const verifier = new InProcessVerifier(options);
  try {
    await verifier.started();
    return verifier;
  } catch (error) {
    await verifier.close();
    throw error;
  }
}

const noAsked: Asked = {};
const unknown: Verdict = Object.freeze({ valid: false, reason: 'unknown' });

class InProcessVerifier implements Verifier {
  readonly #hashes: Hashes = builtInHashes();
  readonly #core: Core;
  readonly #reporter = new Reporter();
  readonly #connections: Connections;
  readonly #queries = new Map<string, ScopeQuery>();
  #misses = 0;
  #calls = 0;

  constructor(options: VerifierOptions) {
    assertBounds(options, 'cacheMb');
    const { WebSocket = globalThis.WebSocket, cacheMb = 64 } = options;
    const { baseUrl, token } = addressOf(options);
    if (!token) throw new TypeError('Pass a token, or set LATCHKEY_URL and LATCHKEY_TOKEN.');
    if (typeof token === 'string') assertSendable(token, options);
    if (!WebSocket) throw new TypeError(whatItNeeds);
    this.#core = new Core(contract, { ...options, retries: options.retries ?? retries });
    this.#connections = new Connections(
      {
        url: placed(baseUrl.replace(/^http/i, 'ws'), verifierPath),
        token,
        dangerouslyAllowBrowser: options.dangerouslyAllowBrowser,
        instance: crypto.randomUUID(),
        cacheBytes: cacheMb * 2 ** 20,
        WebSocket,
      },
      this.#reporter,
      options.onChange,
    );
  }

  get stats(): VerifierStats {
    const sizes = this.#connections.current?.keys.sizes ?? { known: 0, unknown: 0 };
    return { ...sizes, misses: this.#misses, overHttp: this.#calls };
  }

  get isTrusted(): boolean {
    return this.#connections.current?.isTrusted() ?? false;
  }

  /** Resolves when tokens are verified from memory, or after a while. @throws VerifierRefused */
  started(): Promise<void> {
    return this.#connections.started();
  }

  verify(token: string, asked: Asked = noAsked): Verdict | Promise<Verdict> {
    // Whether the program asks for what cannot be asked must not depend on what is cached: the service says what is wrong.
    if (typeof token !== 'string' || (asked !== noAsked && !this.#isAskable(asked)))
      return this.#overHttp(token, asked);
    const scopes = this.#scopesOf(asked);
    const connection = this.#connections.current;
    let hash = this.#hashes.of(token);
    const at = connection?.trustedAt();
    if (connection && at !== undefined) {
      // An imported key is cached by the hash of its token's SHA-256. Presented as a token, that SHA-256 (64 digits) must not
      // find the key: it goes on to the check of its form, and is hashed as a foreign token.
      const key = token.length === 64 ? undefined : connection.keys.peek(hash);
      if (key)
        return (
          this.#acceptPlain(connection, key, asked, scopes, at) ??
          this.#decide(connection, key, asked, scopes, at) ??
          this.#overHttp(token, asked)
        );
    }
    // After the look-up in memory: checking the form of a token takes longer than finding a known one.
    if (!isPlausible(token)) {
      if (!isForeign(token)) return unknown;
      // Imported keys are found by what other systems store of a token.
      hash = this.#hashes.ofForeign(token);
    }
    // Only the service checks signatures.
    if (!connection || at === undefined || typeOf(token) === exchangedType)
      return this.#overHttp(token, asked);
    const decide = (found: KnownKey | Tombstone | undefined) =>
      this.#decide(connection, found, asked, scopes, performance.now()) ?? this.#overHttp(token, asked);
    const found = connection.keys.find(hash);
    if (!isPromise(found)) return decide(found);
    this.#misses += 1;
    return found.then(decide, () => this.#overHttp(token, asked));
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Accepts a key that only its scopes could refuse, as most are. Undefined: there is more to decide. */
  #acceptPlain(
    { clock }: Connection,
    key: KnownKey,
    asked: Asked,
    scopes: ScopeQuery | undefined,
    now: number,
  ): Verdict | undefined {
    const at = clock.at(now);
    // Close to the end of the key the service decides, as with `isTurning`.
    if (at + clock.errorAt(now) + 1 >= key.plainUntil) return undefined;
    if (scopes && !satisfies(key.scopes, scopes)) return undefined;
    return this.#accept(key, at, asked);
  }

  /**
   * The verdict on what was found. Undefined: only the service can decide.
   * @param now by `performance.now()`
   */
  #decide(
    { clock }: Connection,
    found: KnownKey | Tombstone | undefined,
    asked: Asked,
    scopes: ScopeQuery | undefined,
    now: number,
  ): Verdict | undefined {
    const at = clock.at(now);
    // Our clock may differ from that of the service by half of what a ping took.
    const error = clock.errorAt(now) + 1;
    if (found && !found.gone && (found.needsService || isTurning(found, at, error))) return undefined;
    const presented = { scopes, audience: asked.audience, client: () => clientOf(asked) };
    const verdict = verdictOn(found, presented, at);
    if (verdict.valid) return this.#accept(verdict.key as KnownKey, at, asked);
    if (verdict.key) this.#reporter.refused(verdict.key.hash, verdict.reason, at);
    return refusedBody(verdict, presented);
  }

  #accept(key: KnownKey, at: number, asked: Asked): Verdict {
    this.#reporter.accepted(key, at, asked);
    key.accepted ??= frozen({ valid: true as const, key: verifiedBody(key) });
    return key.accepted;
  }

  /** Asks the service, as the client's `verify` does. */
  #overHttp(token: string, asked: Asked): Promise<Verdict> {
    this.#calls += 1;
    const [method, path] = ['POST', '/v1/keys/verify'];
    const verdict = this.#core.call({
      method,
      path,
      requestOf: ({ baseUrl, ...sending }) =>
        requestTo(placed(baseUrl, path), { method }, { ...asked, token }, sending),
    });
    return verdict as Promise<Verdict>;
  }

  #isAskable(asked: Asked): boolean {
    return isAskable(asked) && (asked.scopeQuery === undefined || this.#read(asked.scopeQuery) !== undefined);
  }

  #scopesOf({ scopes, anyScopes, scopeQuery }: Asked): ScopeQuery | undefined {
    if (scopes === undefined && anyScopes === undefined && scopeQuery === undefined) return undefined;
    return wantedScopes({
      scopes,
      anyScopes,
      scopeQuery: scopeQuery === undefined ? undefined : this.#read(scopeQuery),
    });
  }

  /**
   * The scope query of a text; undefined if it is none. Queries are written in the program that asks, so they are few, and
   * each is parsed once.
   */
  #read(text: string): ScopeQuery | undefined {
    const known = this.#queries.get(text);
    if (known) return known;
    const parsed = parseScopeQuery(text);
    if ('fault' in parsed) return undefined;
    if (this.#queries.size < maxQueries) this.#queries.set(text, parsed.query);
    return parsed.query;
  }
}

/** Freezes a value that all callers share, so that none can change it for the others. */
function frozen<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part);
  return Object.freeze(value);
}
