import { keys } from '../../api/keys.ts';
import { accountOf, actOf, boundsOf, mayGrant } from '../callers.ts';
import type { Deps } from '../deps.ts';
import { InvalidInput } from '../errors.ts';
import { contractApp } from '../http/contract.ts';
import { guardedBy } from '../http/guard.ts';
import { changeKey, getKey, listKeys, mintKey, revokeKey } from '../keys.ts';
import { newToken } from '../token.ts';
import { keyBody } from './key-body.ts';
import { numberOf, pageAfter } from './page.ts';

const day = 86_400_000;
const lifetimes = {
  '1d': day,
  '7d': 7 * day,
  '30d': 30 * day,
  '90d': 90 * day,
  '1y': 365 * day,
  never: null,
};

export function keyRoutes(deps: Deps) {
  const { db, now, tokenPrefix } = deps;
  const app = contractApp();
  const guarded = guardedBy(deps);

  /** An expiry must lie ahead: what is to end now is to be disabled or deleted. */
  const ahead = (expiresAt: Date) => {
    if (expiresAt.getTime() > now()) return expiresAt;
    throw new InvalidInput({ detail: 'Must be in the future.', pointer: '#/expiresAt' });
  };

  const expiry = (input: {
    expiresIn?: keyof typeof lifetimes | undefined;
    expiresAt?: Date | undefined;
  }) => {
    const { expiresIn = 'never', expiresAt } = input;
    if (expiresAt && input.expiresIn)
      throw new InvalidInput({ detail: 'Send either expiresIn or expiresAt.', pointer: '#/expiresAt' });
    if (expiresAt) return ahead(expiresAt);
    const lifetime = lifetimes[expiresIn];
    return lifetime === null ? null : new Date(now() + lifetime);
  };

  app.openapi(guarded(keys.create), async (c) => {
    const { name, scopes = [], metadata = {}, ...rest } = c.req.valid('json');
    const { caller } = c.var;
    const accountId = accountOf(caller, c.req.valid('query').accountId);
    mayGrant(caller, scopes);
    const token = newToken(tokenPrefix);
    const minted = { accountId, name, scopes, metadata, expiresAt: expiry(rest), token };
    const key = await mintKey(db, minted, actOf(caller, now()));
    return c.json({ ...keyBody(deps, key), token }, 201);
  });

  app.openapi(guarded(keys.list), async (c) => {
    const { accountId, cursor, limit, status, search } = c.req.valid('query');
    const filter = { limit, before: numberOf(cursor), status, search };
    const { keys, more } = await listKeys(db, accountOf(c.var.caller, accountId), filter, now());
    return c.json({ data: keys.map((key) => keyBody(deps, key)), nextCursor: pageAfter(keys, more) }, 200);
  });

  app.openapi(guarded(keys.get), async (c) => {
    const accountId = accountOf(c.var.caller, c.req.valid('query').accountId);
    const key = await getKey(db, accountId, { id: c.req.valid('param').keyId });
    return c.json(keyBody(deps, key), 200);
  });

  app.openapi(guarded(keys.update), async (c) => {
    const { caller } = c.var;
    const change = c.req.valid('json');
    const accountId = accountOf(caller, c.req.valid('query').accountId);
    mayGrant(caller, change.scopes ?? []);
    if (change.expiresAt) ahead(change.expiresAt);
    const key = await changeKey(
      deps,
      accountId,
      { id: c.req.valid('param').keyId },
      { ...change, within: boundsOf(caller) },
      actOf(caller, now()),
    );
    return c.json(keyBody(deps, key), 200);
  });

  app.openapi(guarded(keys.delete), async (c) => {
    const accountId = accountOf(c.var.caller, c.req.valid('query').accountId);
    await revokeKey(deps, accountId, { id: c.req.valid('param').keyId }, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}
