import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { dayLength } from '../../decide/durations.ts';
import { SigningKeysUnavailable } from '../errors.ts';

/**
 * The public keys with which GitHub signs its reports of leaked tokens, by their identifiers.
 * https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program/secret-scanning-partner-program
 */
export interface GithubKeys {
  /** @throws SigningKeysUnavailable if it is not known whether there is such a key */
  find(identifier: string): Promise<KeyObject | undefined>;
}

/** Where GitHub publishes its keys. */
const publishedAt = 'https://api.github.com/meta/public_keys/secret_scanning';

/** How long fetched keys are used before they are fetched again, in milliseconds: a day. */
const lifetime = dayLength;
/** The shortest time between two fetches, in milliseconds: anyone can send made-up identifiers. */
const interval = 300_000;
/** How long a fetch may take, in milliseconds. */
const patience = 5_000;

/**
 * The keys in the document that GitHub publishes: `{"public_keys":[{"key_identifier":"…","key":"-----BEGIN PUBLIC KEY…"}]}`.
 * @throws Error if it is not such a document, or a key is not an ECDSA key on the curve P-256
 */
export function githubKeysIn(published: unknown): ReadonlyMap<string, KeyObject> {
  const { public_keys: entries } = Object(published);
  if (!Array.isArray(entries) || entries.length === 0) throw new Error('There is no list "public_keys".');
  return new Map(
    entries.map((entry) => {
      const { key_identifier: identifier, key: pem } = Object(entry);
      if (typeof identifier !== 'string' || typeof pem !== 'string')
        throw new Error('A key has no "key_identifier" or no "key".');
      const key = createPublicKey(pem);
      if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
        throw new Error(`The key ${identifier} is not on the curve P-256.`);
      return [identifier, key];
    }),
  );
}

/** Keys that never change. */
export const pinned = (keys: ReadonlyMap<string, KeyObject>): GithubKeys => ({
  find: async (identifier) => keys.get(identifier),
});

/** Keys that are fetched from GitHub: when a report names one that is not known, and once a day. */
export class FetchedKeys implements GithubKeys {
  readonly #onError: (error: unknown) => void;
  readonly #url: string;
  readonly #now: () => number;
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> = Promise.resolve();

  /**
   * @param onError called when a fetch fails
   * @param now milliseconds of a clock that never goes back
   */
  constructor(
    onError: (error: unknown) => void,
    { url = publishedAt, now = () => performance.now() }: { url?: string; now?: () => number } = {},
  ) {
    this.#onError = onError;
    this.#url = url;
    this.#now = now;
  }

  async find(identifier: string): Promise<KeyObject | undefined> {
    const isOld = this.#now() - this.#fetchedAt >= lifetime;
    if (!isOld && this.#keys.has(identifier)) return this.#keys.get(identifier);
    if (this.#now() - this.#triedAt >= interval) {
      this.#triedAt = this.#now();
      this.#fetching = this.#fetch();
    }
    await this.#fetching;
    const key = this.#keys.get(identifier);
    // After a failed fetch an old key still counts, but its absence proves nothing: there may be a newer one.
    if (!key && this.#fetchedAt < this.#triedAt) throw new SigningKeysUnavailable();
    return key;
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.#url, {
        headers: { Accept: 'application/json', 'User-Agent': 'latchkey' },
        redirect: 'error',
        signal: AbortSignal.timeout(patience),
      });
      if (!response.ok) throw new Error(`${this.#url} answered ${response.status}`);
      this.#keys = githubKeysIn(await response.json());
      this.#fetchedAt = this.#now();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/**
 * Whether a signature of the bytes is good: ECDSA with SHA-256, as DER (not as `r || s`) in base64.
 * @throws SigningKeysUnavailable
 */
export async function isSignedByGithub(
  keys: GithubKeys,
  bytes: Uint8Array,
  { identifier, signature }: { identifier: string; signature: string },
): Promise<boolean> {
  const key = await keys.find(identifier);
  return (
    key !== undefined &&
    verify('sha256', bytes, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'))
  );
}
