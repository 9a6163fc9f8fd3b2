import type { z } from '@hono/zod-openapi';
import { keys, type NewKey } from '../../../api/keys.ts';
import { accountOf, actOf, boundsOf, type Caller, mayGrant } from '../../callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput } from '../../errors.ts';
import { contractApp } from '../../http/contract.ts';
import { guardedBy } from '../../http/guard.ts';
import { changeKey, getKey, listKeys, mintKey, revokeKey } from '../../keys.ts';
import { newToken } from '../../token.ts';
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

/** An expiry must lie ahead: what is to end now is to be disabled or deleted. */
function ahead(expiresAt: Date, now: number): Date {
  if (expiresAt.getTime() > now) return expiresAt;
  throw new InvalidInput({ detail: 'Must be in the future.', pointer: '#/expiresAt' });
}

function expiryOf({ expiresIn, expiresAt }: z.output<typeof NewKey>, now: number): Date | null {
  if (expiresAt && expiresIn)
    throw new InvalidInput({ detail: 'Send either expiresIn or expiresAt.', pointer: '#/expiresAt' });
  if (expiresAt) return ahead(expiresAt, now);
  const lifetime = lifetimes[expiresIn ?? 'never'];
  return lifetime === null ? null : new Date(now + lifetime);
}

/** Creates a key, and shows its token, once. */
export const creator =
  (context: ServiceContext) =>
  async (
    { json, query }: { json: z.output<typeof NewKey>; query: z.output<typeof keys.create.request.query> },
    caller: Caller,
  ) => {
    const { name, scopes = [], metadata = {} } = json;
    const accountId = accountOf(caller, query.accountId);
    mayGrant(caller, scopes);
    const now = context.now();
    const token = newToken(context.tokenPrefix);
    const minted = { accountId, name, scopes, metadata, expiresAt: expiryOf(json, now), token };
    const key = await mintKey(context, minted, actOf(caller, now));
    return { ...keyBody(context, key), token };
  };

export function keyRoutes(context: ServiceContext) {
  const { db, now } = context;
  const app = contractApp();
  const guarded = guardedBy(context);
  const create = creator(context);

  app.openapi(guarded(keys.create), async (c) => {
    const input = { json: c.req.valid('json'), query: c.req.valid('query') };
    return c.json(await create(input, c.var.caller), 201);
  });

  app.openapi(guarded(keys.list), async (c) => {
    const { accountId, cursor, limit, status, search } = c.req.valid('query');
    const filter = { limit, before: numberOf(cursor), status, search };
    const { keys, more } = await listKeys(db, accountOf(c.var.caller, accountId), filter, now());
    return c.json({ data: keys.map((key) => keyBody(context, key)), nextCursor: pageAfter(keys, more) }, 200);
  });

  app.openapi(guarded(keys.get), async (c) => {
    const accountId = accountOf(c.var.caller, c.req.valid('query').accountId);
    const key = await getKey(db, accountId, { id: c.req.valid('param').keyId });
    return c.json(keyBody(context, key), 200);
  });

  app.openapi(guarded(keys.update), async (c) => {
    const { caller } = c.var;
    const change = c.req.valid('json');
    const accountId = accountOf(caller, c.req.valid('query').accountId);
    mayGrant(caller, change.scopes ?? []);
    if (change.expiresAt) ahead(change.expiresAt, now());
    const key = await changeKey(
      context,
      accountId,
      { id: c.req.valid('param').keyId },
      { ...change, within: boundsOf(caller) },
      actOf(caller, now()),
    );
    return c.json(keyBody(context, key), 200);
  });

  app.openapi(guarded(keys.delete), async (c) => {
    const accountId = accountOf(c.var.caller, c.req.valid('query').accountId);
    await revokeKey(context, accountId, { id: c.req.valid('param').keyId }, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}
