import type { Context } from 'hono';
import { maxLabelLength, share } from '../../../api/share.ts';
import { actOf, sessionOf } from '../../callers.ts';
import type { ServiceContext } from '../../context.ts';
import * as errors from '../../errors.ts';
import { contractApp, invalidToken } from '../../http/contract.ts';
import type { Env } from '../../http/env.ts';
import { bearerToken, guardedBy } from '../../http/guard.ts';
import { allKeys, changeKey, getKey, type Key, mintKey, revokeKey } from '../../keys.ts';

const defaultLabel = 'Default API Key Label';

/** Seconds from creation to expiry, by the unit. The page's example of a month has 31 days. */
const lifetimes = { day: 86_400, week: 7 * 86_400, month: 31 * 86_400, year: 365 * 86_400 };

/** When a key that never expires is said to expire: 100 calendar years on, in Unix seconds. */
function farFuture(createdAt: Date): number {
  const date = new Date(createdAt);
  return Math.floor(date.setUTCFullYear(date.getUTCFullYear() + 100) / 1000);
}

/** A refusal of one field; its code is `INVALID_` and the field's name. */
const refuse = (field: string, detail: string) => new errors.InvalidInput({ detail, pointer: `#/${field}` });

/** The label that was sent, trimmed; undefined where there is none. */
function labelFrom(label: unknown): string | undefined {
  if (label === undefined || label === null) return undefined;
  if (typeof label !== 'string') throw refuse('label', 'The label must be a string.');
  const trimmed = label.trim();
  if ([...trimmed].length > maxLabelLength)
    throw refuse('label', `The label must have at most ${maxLabelLength} characters.`);
  if (!trimmed.isWellFormed() || trimmed.includes('\0'))
    throw refuse('label', 'The label must be valid text.');
  return trimmed || undefined;
}

/** The seconds a key is to live, or null for never. Never a permanent key by mistake: what is not known is refused. */
function lifetimeFrom(expires: unknown): number | null {
  if (expires === undefined) return null;
  const words =
    typeof expires === 'string' && /^(?:never|(?:one )?(day|week|month|year))$/i.exec(expires.trim());
  if (!words)
    throw refuse('expires', 'The expiry must be "One Day", "One Week", "One Month", "One Year" or "Never".');
  const unit = words[1]?.toLowerCase() as keyof typeof lifetimes | undefined;
  return unit ? lifetimes[unit] : null;
}

/** A field as `read` reads it: that of the body, else that of the query. Both must be good. */
function fieldFrom<Value>(read: (field: unknown) => Value, inBody: unknown, inQuery: unknown): Value {
  const [ofBody, ofQuery] = [read(inBody), read(inQuery)];
  return inBody === undefined ? ofQuery : ofBody;
}

/** The page's header table has the JWT without the word Bearer before it. */
const bareToken = (header: string | undefined) => (header?.startsWith('eyJ') ? header : undefined);

/** An id in the path as it is stored. Anything else is no id. */
function idFrom(id: string): string {
  if (!/^[0-9a-f]{24}$/.test(id)) throw new errors.KeyNotFound();
  return id;
}

const keyDocument = (key: Key) => ({
  label: key.name,
  isNever: key.expiresAt === null,
  _id: key.id,
  user: key.accountId,
  hash: key.hash,
  expireAt: (key.expiresAt ?? new Date(farFuture(key.createdAt) * 1000)).toISOString(),
  createdAt: key.createdAt.toISOString(),
  updatedAt: key.updatedAt.toISOString(),
  __v: 0 as const,
});

export function shareRoutes(context: ServiceContext) {
  const { db, now, signer } = context;
  const app = contractApp();
  const guarded = guardedBy(context, (header) => bearerToken(header) ?? bareToken(header));

  app.openapi(guarded(share.list), async (c) => {
    const keys = await allKeys(db, sessionOf(c.var.caller).accountId);
    return c.json({ apiKeys: keys.map(keyDocument), total: keys.length }, 200);
  });

  app.openapi(guarded(share.get), async (c) => {
    const id = idFrom(c.req.valid('param').apikey_id);
    return c.json({ apiKey: keyDocument(await getKey(db, sessionOf(c.var.caller).accountId, { id })) }, 200);
  });

  app.openapi(guarded(share.create), async (c) => {
    const query = c.req.valid('query');
    const body = { ...c.req.valid('form'), ...c.req.valid('json') };
    const name = fieldFrom(labelFrom, body.label, query.label) ?? defaultLabel;
    const lifetime = fieldFrom(lifetimeFrom, body.expires, query.expires);
    const { accountId } = sessionOf(c.var.caller);
    const act = actOf(c.var.caller, now());

    // One computation in whole seconds, for the JWT and for what is stored.
    const iat = Math.floor(act.now / 1000);
    const exp = lifetime === null ? farFuture(new Date(act.now)) : iat + lifetime;
    const expiresAt = lifetime === null ? null : new Date(exp * 1000);
    const token = await signer.signKey({ accountId, iat, exp });
    await mintKey(context, { accountId, name, scopes: [], metadata: {}, expiresAt, token }, act);
    return c.json({ code: 'ADDED' as const, message: 'Added new API Key', api_key: token }, 201);
  });

  app.openapi(guarded(share.update), async (c) => {
    const body = { ...c.req.valid('form'), ...c.req.valid('json') };
    const name = fieldFrom(labelFrom, body.label, c.req.valid('query').label);
    const id = idFrom(c.req.valid('param').apikey_id);
    const { accountId } = sessionOf(c.var.caller);
    if (name === undefined) await getKey(db, accountId, { id });
    else await changeKey(context, accountId, { id }, { name }, actOf(c.var.caller, now()));
    return c.json({ code: 'UPDATED', message: 'APIKey has been updated' }, 200);
  });

  app.openapi(guarded(share.delete), async (c) => {
    const id = idFrom(c.req.valid('param').apikey_id);
    await revokeKey(context, sessionOf(c.var.caller).accountId, { id }, actOf(c.var.caller, now()));
    return c.json({ code: 'REMOVED', message: 'APIKey has been removed' }, 200);
  });

  return app;
}

/** What is wrong with a field: its code names the field where there is such a one. */
function invalid({ violations: [first], message }: errors.InvalidInput) {
  const { parameter, pointer = '', detail } = first ?? { detail: message };
  const field = parameter ?? decodeURIComponent(pointer.slice(2));
  if (field === '') return { code: 'INVALID_BODY', message: detail };
  if (field === 'label' || field === 'expires')
    return { code: `INVALID_${field.toUpperCase()}`, message: detail };
  return {
    code: 'INVALID_FIELD',
    message: `There is no field "${field.slice(0, 100)}": send label and expires, spelled like this.`,
  };
}

/** This contract's one place where errors become its HTTP. */
export function shareError(c: Context<Env>, refusal: errors.Refusal | undefined): Response {
  const unauthorized = { code: 'UNAUTHORIZED', message: 'Unauthorized' };
  if (refusal instanceof errors.Unauthenticated) return c.json(unauthorized, 401);
  if (refusal instanceof errors.WrongCaller || refusal instanceof errors.AccountNotFound) {
    c.header('WWW-Authenticate', invalidToken);
    return c.json(unauthorized, 401);
  }
  if (refusal instanceof errors.KeyNotFound)
    return c.json({ code: 'NOT_FOUND', message: 'APIKey not found.' }, 404);
  if (refusal instanceof errors.NoSuchPath)
    return c.json({ code: 'NOT_FOUND', message: refusal.message }, 404);
  if (refusal instanceof errors.MethodNotAllowed)
    return c.json({ code: 'METHOD_NOT_ALLOWED', message: refusal.message }, 405);
  if (refusal instanceof errors.KeyLimitReached) {
    const message = `You have ${refusal.limit} APIKeys, and may have no more.`;
    return c.json({ code: 'KEY_LIMIT_REACHED', message }, 409);
  }
  if (refusal instanceof errors.BodyTooLarge)
    return c.json({ code: 'BODY_TOO_LARGE', message: refusal.message }, 413);
  if (refusal instanceof errors.UnsupportedMediaType)
    return c.json({ code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send a form or JSON.' }, 415);
  if (refusal instanceof errors.MalformedBody)
    return c.json({ code: 'INVALID_BODY', message: refusal.message }, 400);
  if (refusal instanceof errors.InvalidInput) return c.json(invalid(refusal), 400);
  if (refusal instanceof errors.TooManyAttempts)
    return c.json({ code: 'TOO_MANY_ATTEMPTS', message: 'Too Many Attempts.' }, 429);
  if (refusal instanceof errors.DatabaseUnavailable || refusal instanceof errors.Overloaded)
    return c.json({ code: 'UNAVAILABLE', message: 'Service Unavailable.' }, 503);
  return c.json({ code: 'SERVER_ERROR', message: 'Internal Server Error.' }, 500);
}
