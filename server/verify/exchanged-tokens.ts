import { GenerationalCache } from '../../decide/generational-cache.ts';
import { commonScopes } from '../../decide/scopes.ts';
import type { Exchanged, VerifiedKey } from '../../decide/verified-key.ts';
import { hashText } from '../token.ts';

/** How much the exchanged tokens may take that are kept as they were read, in bytes, about: 10,000 of them with few scopes. */
const maxBytes = 12_000_000;
/** What one takes, and what each of its scopes and URIs adds: it is no longer than 4 KiB, so the texts are short. */
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
  /** Whether a text says that it is one. Tells without checking its signature. */
  claims(text: string): boolean;
  /** What it says; undefined where its signature is not good. */
  read(token: string): Promise<ExchangedFacts | undefined>;
}

/**
 * The exchanged tokens that were presented lately, so that the signature of each is checked once. Only those whose
 * signature is good are kept: nobody can evict them with forged ones.
 */
export class ExchangedTokens {
  readonly #reader: ReadsExchanged;
  /** By the hashes of the tokens. */
  readonly #tokens = new GenerationalCache(maxBytes, sizeOf);
  readonly #inFlight = new Map<string, Promise<ExchangedToken | undefined>>();

  constructor(reader: ReadsExchanged) {
    this.#reader = reader;
  }

  /** Whether a text says that it is an exchanged token. */
  claims(text: string): boolean {
    return this.#reader.claims(text);
  }

  /**
   * The token of a text: at once, where it was presented lately. Undefined where its signature is not good. Whether it has
   * expired, the verdict says.
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
