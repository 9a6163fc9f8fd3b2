import { maxLabelLength, share } from '../../../api/share.ts';
import { isStorable } from '../../../decide/text.ts';
import { type Caller, sessionOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import {
  BeyondPolicy,
  durationText,
  InvalidInput,
  KeyLimitReached,
  KeyNotFound,
  type Refusal,
} from '../../errors.ts';
import { bearerToken, type FindCredential } from '../../http/bearer.ts';
import type { Answers, ErrorStatus, Refuse } from '../../http/failures.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { neverExpires } from '../../jwt/signing.ts';
import { changeKey } from '../../keys/changes.ts';
import { getKey, type Key, type KeyById, revokeKey } from '../../keys/keys.ts';
import { allKeys } from '../../keys/lists.ts';
import { mintKey } from '../../keys/minting.ts';
import { onceGone } from '../../store.ts';

const defaultLabel = 'Default API Key Label';

/** Seconds from creation to expiry, by the unit. The page's example of a month has 31 days. */
const lifetimes = { day: 86_400, week: 7 * 86_400, month: 31 * 86_400, year: 365 * 86_400 };

/** A refusal of one field; its code is `INVALID_` and the field's name. */
const refuse = (field: string, detail: string) => new InvalidInput({ detail, pointer: `#/${field}` });

/** The label that was sent, trimmed; undefined where there is none. */
function labelFrom(label: unknown): string | undefined {
  if (label === undefined || label === null) return undefined;
  if (typeof label !== 'string') throw refuse('label', 'The label must be a string.');
  const trimmed = label.trim();
  if ([...trimmed].length > maxLabelLength)
    throw refuse('label', `The label must have at most ${maxLabelLength} characters.`);
  if (!isStorable(trimmed)) throw refuse('label', 'The label must be valid text.');
  return trimmed || undefined;
}

/** The lifetime in seconds; null: the key never expires. An unknown value is refused, so no key is permanent by mistake. */
function lifetimeFrom(expires: unknown): number | null {
  if (expires === undefined) return null;
  const words =
    typeof expires === 'string' && /^(?:never|(?:one )?(day|week|month|year))$/i.exec(expires.trim());
  if (!words)
    throw refuse('expires', 'The expiry must be "One Day", "One Week", "One Month", "One Year" or "Never".');
  const unit = words[1]?.toLowerCase() as keyof typeof lifetimes | undefined;
  return unit ? lifetimes[unit] : null;
}

/** A field as `read` parses it, from the body, or else from the query. Both must be valid. */
function fieldFrom<Value>(read: (field: unknown) => Value, inBody: unknown, inQuery: unknown): Value {
  const [ofBody, ofQuery] = [read(inBody), read(inQuery)];
  return inBody === undefined ? ofQuery : ofBody;
}

/** The original API page sends the JWT without the word Bearer. */
const bareToken = (header: string | null | undefined) => (header?.startsWith('eyJ') ? header : undefined);

const findCredential: FindCredential = (header) => bearerToken(header) ?? bareToken(header);

/** The key of the caller with this id, from the path. @throws KeyNotFound unless it has the form of an id */
function placeOf(caller: Caller, id: string): KeyById {
  if (!/^[0-9a-f]{24}$/.test(id)) throw new KeyNotFound();
  return { accountId: sessionOf(caller).accountId, id };
}

const keyDocument = (key: Key) => ({
  label: key.name,
  isNever: key.expiresAt === null,
  _id: key.id,
  user: key.accountId,
  hash: key.tokens[0].hash,
  expireAt: (key.expiresAt ?? neverExpires(key.createdAt)).toISOString(),
  createdAt: key.createdAt.toISOString(),
  updatedAt: key.updatedAt.toISOString(),
  __v: 0 as const,
});

export function shareOperations(context: ServiceContext): Operation[] {
  const { db, signer } = context;
  return [
    operation(
      share.list,
      async ({ caller }) => {
        const keys = await allKeys(db, sessionOf(caller).accountId);
        return { apiKeys: keys.map(keyDocument), total: keys.length };
      },
      { findCredential },
    ),

    operation(
      share.get,
      async ({ caller, params }) => {
        const place = placeOf(caller, params.apikey_id);
        return { apiKey: keyDocument(await getKey(db, place)) };
      },
      { findCredential, notFound: KeyNotFound },
    ),

    operation(
      share.create,
      async ({ act, caller, form, json, query }) => {
        const body = { ...form, ...json };
        const name = fieldFrom(labelFrom, body.label, query.label) ?? defaultLabel;
        const lifetime = fieldFrom(lifetimeFrom, body.expires, query.expires);
        const { accountId } = sessionOf(caller);

        // In whole seconds, so that the JWT and the stored key expire together.
        const iat = Math.floor(act.now / 1000);
        const expiresAt = lifetime === null ? null : new Date((iat + lifetime) * 1000);
        const exp = (expiresAt ?? neverExpires(new Date(act.now))).getTime() / 1000;
        const token = await signer.signKey({ accountId, iat, exp });
        const minted = { accountId, name, scopes: [], metadata: {}, expiresAt, token, within: undefined };
        await mintKey(context, minted, act);
        return { code: 'ADDED' as const, message: 'Added new API Key', api_key: token };
      },
      { findCredential },
    ),

    operation(
      share.update,
      async ({ act, caller, form, json, params, query }) => {
        const name = fieldFrom(labelFrom, { ...form, ...json }.label, query.label);
        const place = placeOf(caller, params.apikey_id);
        if (name === undefined) await getKey(db, place).catch(onceGone(context));
        else await changeKey(context, place, { name }, act);
        return { code: 'UPDATED', message: 'APIKey has been updated' };
      },
      { findCredential, notFound: KeyNotFound },
    ),

    operation(
      share.delete,
      async ({ act, caller, params }) => {
        await revokeKey(context, placeOf(caller, params.apikey_id), act);
        return { code: 'REMOVED', message: 'APIKey has been removed' };
      },
      { findCredential, notFound: KeyNotFound },
    ),
  ];
}

type Answer = [status: ErrorStatus, code: string, message?: string];

const unauthorized: Answer = [401, 'UNAUTHORIZED', 'Unauthorized'];
const unavailable: Answer = [503, 'UNAVAILABLE', 'Service Unavailable.'];
/** For internal errors, and for refusals that no operation of this contract makes. */
const ourFault: Answer = [500, 'SERVER_ERROR', 'Internal Server Error.'];

/** The answer to each refusal. Without a message of its own it has that of the refusal. */
const answers: Answers<Answer> = {
  unauthenticated: unauthorized,
  invalid_token: unauthorized,
  wrong_caller: unauthorized,
  account_not_found: unauthorized,
  malformed_body: [400, 'INVALID_BODY'],
  invalid_input: [400, 'INVALID_BODY'],
  account_disabled: [403, 'ACCOUNT_DISABLED', 'The account is disabled.'],
  key_not_found: [404, 'NOT_FOUND', 'APIKey not found.'],
  not_found: [404, 'NOT_FOUND'],
  beyond_policy: [400, 'INVALID_EXPIRES'],
  method_not_allowed: [405, 'METHOD_NOT_ALLOWED'],
  key_limit_reached: [409, 'KEY_LIMIT_REACHED'],
  body_too_large: [413, 'BODY_TOO_LARGE'],
  unsupported_media_type: [415, 'UNSUPPORTED_MEDIA_TYPE', 'Send a form or JSON.'],
  too_many_attempts: [429, 'TOO_MANY_ATTEMPTS', 'Too Many Attempts.'],
  database_unavailable: unavailable,
  overloaded: unavailable,
  insufficient_scope: ourFault,
};

/** The one place where errors become the HTTP of this contract. */
export const shareError: Refuse = (refusal) => {
  const [status, code, own] = (refusal && answers[refusal.code]) ?? ourFault;
  if (refusal instanceof InvalidInput) return { status, body: invalid(refusal) };
  return { status, body: { code, message: messageOf(refusal) ?? own ?? refusal?.message } };
};

/** The messages of this contract that need the facts of a refusal. */
function messageOf(refusal: Refusal | undefined): string | undefined {
  if (refusal instanceof KeyLimitReached) return `You have ${refusal.limit} APIKeys, and may have no more.`;
  if (!(refusal instanceof BeyondPolicy)) return undefined;
  // A key of this contract has no scopes.
  const bound = refusal.breaches.find(({ rule }) => rule === 'maxLifetimeSeconds');
  return bound && 'seconds' in bound
    ? `Your API Keys must expire within ${durationText(bound.seconds)}: choose an earlier expiry.`
    : 'Your API Keys must expire: choose an expiry other than "Never".';
}

/** The body for an invalid field. The code names the field, if this contract has it. */
function invalid({ violations: [first], message }: InvalidInput) {
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
