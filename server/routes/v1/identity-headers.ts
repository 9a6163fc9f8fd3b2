import { endOf } from '../../../decide/verdict.ts';
import type { VerifiedKey } from '../../../decide/verified-key.ts';
import type { ServiceContext } from '../../context.ts';
import type { IdentityClaims } from '../../jwt/signing.ts';

type Headers = Record<string, string>;

/** Stands for a missing value: a gateway can drop an empty header. */
const none = '-';

/** A text for a header: percent-encoded UTF-8 (RFC 3986), and never equal to `none`. */
const encoded = (text: string) => (text === none ? '%2D' : encodeURIComponent(text));

/** The size of names and values together, in bytes: gateways often read response headers into a buffer of 4 KiB. */
const maxBytes = 3_584;
const maxNameBytes = 512;

/** An encoded name, cut to `maxLength` between two characters. */
function encodedName(name: string, maxLength: number): string {
  let text = '';
  for (const character of name) {
    const longer = text + encodeURIComponent(character);
    if (longer.length > maxLength) break;
    text = longer;
  }
  return text === none ? encoded(name) : text;
}

const bytesOf = (headers: Headers) =>
  Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);

/** About how many bytes a JWT with these claims has: in base64url, with 500 for all that is the same in each. */
const jwtBytes = (claims: IdentityClaims, audience: string) =>
  500 + Math.ceil((Buffer.byteLength(JSON.stringify(claims) + audience) * 4) / 3);

/** How long a JWT is reused, and how long it is valid, in milliseconds. */
const reusedFor = 30_000;
const lifetime = 60_000;
/** How many JWTs of a key are kept: one for each audience, and for each set of scopes if not all fit. */
const maxIdentities = 16;

interface Identity {
  jwt: Promise<string>;
  signedAt: number;
}

/** What is computed once for a key in the cache. */
interface Written {
  /** The headers without the scopes and the JWT. */
  fixed: Headers;
  /** All scopes, separated by spaces. */
  scopes: string;
  /** By audience and scopes. */
  identities: Map<string, Identity>;
}

/** The headers that tell the backend behind a gateway who makes a request. */
export class IdentityHeaders {
  readonly #context: Pick<ServiceContext, 'signer' | 'now'>;
  readonly #written = new WeakMap<VerifiedKey, Written>();

  constructor(context: Pick<ServiceContext, 'signer' | 'now'>) {
    this.#context = context;
  }

  /**
   * The headers, each in ASCII and not empty, within `maxBytes` together.
   * @param required the scopes that the gateway requires: sent alone, if not all scopes of the key fit
   * @param audience that of the JWT; undefined: no JWT
   */
  of(
    key: VerifiedKey,
    required: readonly string[],
    audience: string | undefined,
  ): Headers | Promise<Headers> {
    const { fixed, scopes: all, identities } = this.#writtenOf(key);
    const room = maxBytes - bytesOf({ ...fixed, 'Latchkey-Scopes': '', 'Latchkey-Identity': '' });
    const fits = (scopes: string) =>
      scopes.length + (audience === undefined ? 1 : jwtBytes(claimsOf(key, scopes), audience)) <= room;
    const scopes = fits(all) ? all : [...new Set(required)].join(' ');
    const headers = { ...fixed, 'Latchkey-Scopes': (fits(scopes) && scopes) || none };
    // If a long external id leaves no room, there is no JWT. A backend that requires one refuses the request.
    if (audience === undefined || !fits(scopes)) return { ...headers, 'Latchkey-Identity': none };
    return this.#identity(key, identities, scopes, audience).then((jwt) => ({
      ...headers,
      'Latchkey-Identity': jwt,
    }));
  }

  #writtenOf(key: VerifiedKey): Written {
    let written = this.#written.get(key);
    if (!written) {
      const ids = {
        'Latchkey-Key': `key_${key.id}`,
        'Latchkey-Account': `acc_${key.accountId}`,
        'Latchkey-External-Id': key.externalId === null ? none : encoded(key.externalId),
      };
      const room =
        maxBytes -
        bytesOf({ ...ids, 'Latchkey-Name': '', 'Latchkey-Scopes': none, 'Latchkey-Identity': none });
      const fixed = { ...ids, 'Latchkey-Name': encodedName(key.name, Math.min(maxNameBytes, room)) };
      written = { fixed, scopes: [...key.scopes].join(' '), identities: new Map() };
      this.#written.set(key, written);
    }
    return written;
  }

  #identity(
    key: VerifiedKey,
    identities: Map<string, Identity>,
    scopes: string,
    audience: string,
  ): Promise<string> {
    const now = this.#context.now();
    const name = JSON.stringify([audience, scopes]);
    const known = identities.get(name);
    if (known && now >= known.signedAt && now < known.signedAt + reusedFor) return known.jwt;
    const endsAt = Math.min(now + lifetime, endOf(key));
    const jwt = this.#context.signer.signIdentity(claimsOf(key, scopes), { audience, now, endsAt });
    if (identities.size >= maxIdentities) identities.clear();
    identities.set(name, { jwt, signedAt: now });
    return jwt;
  }
}

const claimsOf = ({ id, accountId, externalId, exchanged }: VerifiedKey, scope: string): IdentityClaims => ({
  sub: `acc_${accountId}`,
  client_id: `key_${id}`,
  ...(externalId !== null && { username: externalId }),
  ...(exchanged?.actor && { act: { sub: `key_${exchanged.actor}` } }),
  scope,
});
