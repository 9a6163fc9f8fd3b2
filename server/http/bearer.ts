import { Unauthenticated } from '../errors.ts';

/** Finds the token in an Authorization header; undefined where there is none. */
export type FindToken = (header: string | null | undefined) => string | undefined;

/**
 * The token in an Authorization header (RFC 6750, section 2.1); undefined where there is none, as in one of another
 * scheme.
 * @throws Unauthenticated where what stands for it can be no token
 */
export const bearerToken: FindToken = (header) => {
  if (header == null) return undefined;
  const [, token] = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(header) ?? [];
  if (token === undefined && /^bearer +\S/i.test(header))
    throw new Unauthenticated('The Authorization header must be "Bearer <token>".', { sent: true });
  return token;
};
