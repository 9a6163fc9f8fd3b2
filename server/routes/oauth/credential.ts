import type { Credential } from '../../auth/authenticate.ts';
import { InvalidInput, Unauthenticated } from '../../errors.ts';
import { bearerToken, type FindCredential } from '../../http/bearer.ts';
import { formFields } from '../../http/body.ts';

type ClientCredential = Exclude<Credential, string>;

/** The form of a client id and a secret: the characters and the length of a bearer token. */
const presentable = /^[\x21-\x7e]{1,8192}$/;

/** @throws Unauthenticated if the client id or the secret is malformed */
function clientCredential(clientId: string, secret: string): ClientCredential {
  if (presentable.test(clientId) && presentable.test(secret)) return { clientId, secret };
  throw new Unauthenticated('The client id or the client secret cannot be one.', { sent: true });
}

/**
 * The client id and the secret of HTTP Basic; undefined if there are none. RFC 6749, section 2.3.1, form-encodes both
 * first, which not every client does. Neither has a percent sign or a space, so decoding percent signs and leaving pluses
 * reads both ways.
 * @throws Unauthenticated if they cannot be read
 */
function basicCredential(authorization: string | null | undefined): ClientCredential | undefined {
  const [, encoded] = /^basic +(.+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = /^[A-Za-z0-9+/]+=*$/.test(encoded) ? Buffer.from(encoded, 'base64').toString() : '';
  const [, clientId = '', secret = ''] = /^([^:]*):(.*)$/.exec(text) ?? [];
  return clientCredential(percentDecoded(clientId), percentDecoded(secret));
}

/** The decoded text; empty if it cannot be decoded. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** A parameter of a form. Without a value it counts as omitted (RFC 6749, section 3.2). */
function parameterIn(fields: ReturnType<typeof formFields>, name: string): string | undefined {
  const value = fields[name];
  if (Array.isArray(value)) throw new InvalidInput({ detail: 'Must be sent once.', pointer: `#/${name}` });
  return value || undefined;
}

/**
 * Finds the credential of a call to an OAuth endpoint: HTTP Basic, `client_id` and `client_secret` in the form (RFC 6749,
 * section 2.3.1), or a bearer token (RFC 6750). A `client_id` alone authenticates nobody. Beside another credential it must
 * name the same client.
 *
 * A request must not authenticate in more than one way (RFC 6749, section 2.3). One exception: lua-resty-openidc, and so
 * APISIX, sends the same id and secret by HTTP Basic and in the form. That is unambiguous, and accepted.
 * @throws InvalidInput if a request authenticates as two clients, or in two ways
 * @throws Unauthenticated if a credential is malformed
 */
export const findClient: FindCredential = (authorization, header, body) => {
  const fields = formFields(body, header);
  const clientId = parameterIn(fields, 'client_id');
  const secret = parameterIn(fields, 'client_secret');
  const basic = basicCredential(authorization);
  const bearer = bearerToken(authorization);
  if (secret !== undefined && (bearer !== undefined || (basic && basic.secret !== secret)))
    throw new InvalidInput({
      detail: 'Authenticate in one way: in the Authorization header, or in the form.',
      pointer: '#/client_secret',
    });
  if (basic && clientId !== undefined && clientId !== basic.clientId)
    throw new InvalidInput({ detail: 'Must be that of the Authorization header.', pointer: '#/client_id' });
  if (basic) return basic;
  if (bearer !== undefined) return clientId === undefined ? bearer : { clientId, secret: bearer };
  if (secret === undefined) return undefined;
  if (clientId === undefined) throw new InvalidInput({ detail: 'Is missing.', pointer: '#/client_id' });
  return clientCredential(clientId, secret);
};
