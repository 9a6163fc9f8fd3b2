import type { Credential } from '../auth/authenticate.ts';
import { Unauthenticated } from '../errors.ts';
import type { ReadHeader } from './peer.ts';

/**
 * Finds the credential of a request; undefined if it has none.
 * @param authorization the Authorization header
 * @param body the bytes of the body, if the operation reads one. It is not parsed yet, and its sender not authenticated
 */
export type FindCredential = (
  authorization: string | null | undefined,
  header: ReadHeader,
  body: Uint8Array | undefined,
) => Credential | undefined;

/**
 * The token in an Authorization header (RFC 6750, section 2.1). Undefined if there is none, or another scheme is used.
 * @throws Unauthenticated if what follows "Bearer" cannot be a token
 */
export function bearerToken(authorization: string | null | undefined): string | undefined {
  if (authorization == null) return undefined;
  const [, token] = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization) ?? [];
  if (token === undefined && /^bearer\s+\S/i.test(authorization))
    throw new Unauthenticated('The Authorization header must be "Bearer <token>".', { sent: true });
  return token;
}
