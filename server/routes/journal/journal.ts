import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { journal, maxNameLength } from '../../../api/journal.ts';
import { actOf, selfOf } from '../../callers.ts';
import type { ServiceContext } from '../../context.ts';
import * as errors from '../../errors.ts';
import { contractApp, invalidToken } from '../../http/contract.ts';
import type { Env } from '../../http/env.ts';
import { guardedBy } from '../../http/guard.ts';
import { allKeys, getKey, type Key, mintKey, revokeKey } from '../../keys.ts';
import { newToken } from '../../token.ts';

/** What a key minted here may do: manage keys, itself included. */
const scopes = ['keys:read', 'keys:write'];

const unixSeconds = (instant: Date) => Math.floor(instant.getTime() / 1000);

/** The number an id stands for. Anything but plain decimal digits, and not too many, is no id. */
function numberOf(id: string): number {
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new errors.KeyNotFound();
  return Number(id);
}

interface Naming {
  name?: unknown;
  label?: unknown;
}

/**
 * The name to give: from the body before the query, and `name` before the older `label`. In the query `name` may be
 * blank, and `label` everywhere. Whatever else was sent must be good, also what is not used.
 */
function nameFrom(query: Naming, body: Naming): string {
  const names = [body.name, isBlank(query.name) ? undefined : query.name].filter(
    (name) => name !== undefined,
  );
  const labels = [body.label, query.label].filter((label) => !isBlank(label));
  const [given] = [
    ...names.map((name) => textOf('name', name)),
    ...labels.map((label) => textOf('label', label)),
  ];
  if (given === undefined) throw refuse('name', 'is required');
  return given;
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

const refuse = (field: string, what: string) =>
  new errors.InvalidInput({ detail: `The ${field} field ${what}.`, pointer: `#/${field}` });

function textOf(field: string, value: unknown): string {
  if (isBlank(value)) throw refuse(field, 'is required');
  if (typeof value !== 'string') throw refuse(field, 'must be a string');
  const trimmed = value.trim();
  if ([...trimmed].length > maxNameLength)
    throw refuse(field, `must not be greater than ${maxNameLength} characters`);
  if (!trimmed.isWellFormed() || trimmed.includes('\0')) throw refuse(field, 'must be valid text');
  return trimmed;
}

export function journalRoutes(context: ServiceContext) {
  const { db, now, publicUrl, tokenPrefix, usage } = context;
  const app = contractApp();
  const guarded = guardedBy(context);

  const resource = (key: Key, token: string | null = null) => {
    const lastUse = usage.lastUse(key);
    return {
      type: 'api_key' as const,
      id: String(key.number),
      attributes: {
        name: key.name,
        token,
        last_used_at: lastUse ? unixSeconds(lastUse.at) : ('Never' as const),
        created_at: unixSeconds(key.createdAt),
        updated_at: unixSeconds(key.updatedAt),
      },
      links: { self: `${publicUrl}/api/settings/api/${key.number}` },
    };
  };

  app.openapi(guarded(journal.list), async (c) => {
    const keys = await allKeys(db, selfOf(c.var.caller));
    return c.json({ data: keys.map((key) => resource(key)) }, 200);
  });

  app.openapi(guarded(journal.create), async (c) => {
    const { caller } = c.var;
    const name = nameFrom(c.req.valid('query'), { ...c.req.valid('form'), ...c.req.valid('json') });
    const token = newToken(tokenPrefix);
    const minted = {
      accountId: selfOf(caller),
      name,
      scopes,
      metadata: {},
      expiresAt: null,
      token,
    };
    return c.json({ data: [resource(await mintKey(context, minted, actOf(caller, now())), token)] }, 201);
  });

  app.openapi(guarded(journal.get), async (c) => {
    const number = numberOf(c.req.valid('param').id);
    return c.json({ data: [resource(await getKey(db, selfOf(c.var.caller), { number }))] }, 200);
  });

  app.openapi(guarded(journal.delete), async (c) => {
    const number = numberOf(c.req.valid('param').id);
    await revokeKey(context, selfOf(c.var.caller), { number }, actOf(c.var.caller, now()));
    return c.body(null, 204);
  });

  return app;
}

/** This contract's one place where errors become its HTTP. Always JSON, whatever `Accept` says. */
export function journalError(c: Context<Env>, refusal: errors.Refusal | undefined): Response {
  const answer = (status: ContentfulStatusCode, message: string) => c.json({ message, status }, status);
  const invalid = (field: string, message: string) =>
    c.json({ message, errors: { [field]: [message] } }, 422);

  if (refusal instanceof errors.Unauthenticated) return c.json({ message: 'Unauthenticated.' }, 401);
  if (refusal instanceof errors.WrongCaller || refusal instanceof errors.AccountNotFound) {
    c.header('WWW-Authenticate', invalidToken);
    return c.json({ message: 'Unauthenticated.' }, 401);
  }
  if (refusal instanceof errors.InsufficientScope) return answer(403, 'This action is unauthorized.');
  if (refusal instanceof errors.KeyNotFound) return answer(404, 'API key not found');
  if (refusal instanceof errors.NoSuchPath) return answer(404, 'Not found');
  if (refusal instanceof errors.MethodNotAllowed) return answer(405, refusal.message);
  if (refusal instanceof errors.KeyLimitReached)
    return answer(409, `The account has ${refusal.limit} API keys, and may have no more.`);
  if (refusal instanceof errors.BodyTooLarge) return answer(413, refusal.message);
  if (refusal instanceof errors.UnsupportedMediaType)
    return answer(415, 'Send the name as a form, as JSON or in the query.');
  if (refusal instanceof errors.MalformedBody) return invalid('body', refusal.message);
  if (refusal instanceof errors.InvalidInput) {
    const [violation] = refusal.violations;
    const field = (violation?.parameter ?? violation?.pointer?.slice(2)) || 'body';
    return invalid(field, violation?.detail ?? refusal.message);
  }
  if (refusal instanceof errors.TooManyAttempts) return c.json({ message: 'Too Many Attempts.' }, 429);
  if (refusal instanceof errors.DatabaseUnavailable || refusal instanceof errors.Overloaded)
    return answer(503, 'Service Unavailable');
  return answer(500, 'Server Error');
}
