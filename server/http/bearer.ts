import type { Credential } from '../callers.ts';
import { Unauthenticated } from '../errors.ts';
import type { ReadHeader } from './client.ts';

/**
 * Finds what the caller presents; undefined where that is nothing.
 * @param authorization the Authorization header
 * @param body the bytes of the body, where the operation reads one: its caller is not known yet
 */
export type FindToken = (
  authorization: string | null | undefined,
  header: ReadHeader,
  body: Uint8Array | undefined,
) => Credential | undefined;

/**
 * The token in an Authorization header (RFC 6750, section 2.1); undefined where there is none, as in one of another
 * scheme.
 * @throws Unauthenticated where what stands for it can be no token
 */
export function bearerToken(authorization: string | null | undefined): string | undefined {
  if (authorization == null) return undefined;
  const [, token] = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization) ?? [];
  if (token === undefined && /^bearer\s+\S/i.test(authorization))
    throw new Unauthenticated('The Authorization header must be "Bearer <token>".', { sent: true });
  return token;
}
