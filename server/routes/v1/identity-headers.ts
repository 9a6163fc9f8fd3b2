import type { VerifiedKey } from '../../../decide/verified-key.ts';
import type { ServiceContext } from '../../context.ts';
import type { IdentityClaims } from '../../signing.ts';

type Headers = Record<string, string>;

/** Stands in a header for a value that there is none of, since a gateway can lose a header that is empty. */
const none = '-';

/** A text as a header takes it: percent-encoded UTF-8 (RFC 3986), and told from `none`. */
const encoded = (text: string) => (text === none ? '%2D' : encodeURIComponent(text));

/** In bytes, names and values together: gateways read the headers of an answer into a buffer that often has 4 KiB. */
const maxBytes = 3_584;
const maxNameBytes = 512;

/** A name, or the beginning of one that is longer than `maxLength`. No character is cut in two. */
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

/** The JWT of these claims in bytes, or a little less: base64url of its header and its claims, and the signature. */
const jwtBytes = (claims: IdentityClaims, audience: string) =>
  500 + Math.ceil((Buffer.byteLength(JSON.stringify(claims) + audience) * 4) / 3);

/** How long a JWT is sent again before a new one is signed, and how long it is good for, in milliseconds. */
const reusedFor = 30_000;
const lifetime = 60_000;
/** So many JWTs of a key are kept: one for each audience, and each choice of scopes where not all fit. */
const maxIdentities = 16;

interface Identity {
  jwt: Promise<string>;
  signedAt: number;
}

/** What is written once for a key while it stays in the cache. */
interface Written {
  /** Without the scopes and the JWT. */
  fixed: Headers;
  /** All of them, separated by spaces. */
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
   * All of them, each in ASCII and not empty, and within `maxBytes` together.
   * @param required the scopes that were required: they are told alone where all of the key do not fit
   * @param audience who is to accept the JWT; undefined: there is none
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
    // Of an external id that leaves no room there is no JWT, which a backend that asks for one refuses.
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
    const name = `${audience} ${scopes}`;
    const known = identities.get(name);
    if (known && now >= known.signedAt && now < known.signedAt + reusedFor) return known.jwt;
    const endsAt = Math.min(now + lifetime, key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
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
