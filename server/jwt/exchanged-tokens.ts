import { GenerationalCache } from '../../decide/generational-cache.ts';
import { commonScopes } from '../../decide/scopes.ts';
import type { Exchanged, VerifiedKey } from '../../decide/verified-key.ts';
import { hashText } from '../token.ts';

/** About how much memory the cached tokens may take, in bytes: room for 10,000 with few scopes. */
const maxBytes = 12_000_000;
/** The memory of a token, and of each of its scopes and URIs. A token has at most 4 KiB, so these are short. */
const bytesPerToken = 1_000;
const bytesPerWord = 100;

/** What an exchanged token says. */
export interface ExchangedFacts extends Omit<Exchanged, 'narrow'> {
  /** SHA-512 of the token that it was exchanged for, 128 hexadecimal digits. */
  parent: string;
}

/** An exchanged token whose signature is good. */
export class ExchangedToken implements Exchanged {
  readonly parent: string;
  readonly scopes: ReadonlySet<string>;
  readonly audience: readonly string[] | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly actor: string | null;
  readonly #narrowed = new WeakMap<VerifiedKey, VerifiedKey>();

  constructor({ parent, scopes, audience, issuedAt, expiresAt, actor }: ExchangedFacts) {
    this.parent = parent;
    this.scopes = scopes;
    this.audience = audience;
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
    this.actor = actor;
  }

  narrow(key: VerifiedKey): VerifiedKey {
    let narrowed = this.#narrowed.get(key);
    if (!narrowed) {
      narrowed = {
        ...key,
        scopes: commonScopes(this.scopes, key.scopes),
        audience: commonAudience(this.audience, key.audience),
        expiresAt: key.expiresAt && key.expiresAt < this.expiresAt ? key.expiresAt : this.expiresAt,
        exchanged: this,
      };
      this.#narrowed.set(key, narrowed);
    }
    return narrowed;
  }
}

const sizeOf = ({ scopes, audience }: ExchangedToken) =>
  bytesPerToken + bytesPerWord * (scopes.size + (audience?.length ?? 0));

const commonAudience = (some: readonly string[] | null, others: readonly string[] | null) =>
  some && others ? some.filter((uri) => others.includes(uri)) : (some ?? others);

/** Reads exchanged tokens. */
export interface ReadsExchanged {
  /** Whether a text claims to be an exchanged token. The signature is not checked. */
  claims(text: string): boolean;
  /** The facts in the token; undefined if its signature is wrong. */
  read(token: string): Promise<ExchangedFacts | undefined>;
}

/**
 * A cache of the exchanged tokens that were presented lately, so that the signature of each is checked once. Only tokens
 * with a valid signature are kept, so forged ones evict nothing.
 */
export class ExchangedTokens {
  readonly #reader: ReadsExchanged;
  /** By the hashes of the tokens. */
  readonly #tokens = new GenerationalCache(maxBytes, sizeOf);
  readonly #inFlight = new Map<string, Promise<ExchangedToken | undefined>>();

  constructor(reader: ReadsExchanged) {
    this.#reader = reader;
  }

  /** Whether a text claims to be an exchanged token. */
  claims(text: string): boolean {
    return this.#reader.claims(text);
  }

  /**
   * The exchanged token of a text, synchronously if it is cached. Undefined if its signature is wrong. Its expiry is not
   * checked: the verdict does that.
   */
  find(token: string): ExchangedToken | Promise<ExchangedToken | undefined> {
    const hash = hashText(token);
    const known = this.#tokens.get(hash) ?? this.#inFlight.get(hash);
    if (known) return known;
    const reading = this.#read(token, hash).finally(() => this.#inFlight.delete(hash));
    this.#inFlight.set(hash, reading);
    return reading;
  }

  async #read(token: string, hash: string): Promise<ExchangedToken | undefined> {
    const facts = await this.#reader.read(token);
    if (!facts) return undefined;
    const exchanged = new ExchangedToken(facts);
    this.#tokens.set(hash, exchanged);
    return exchanged;
  }
}
