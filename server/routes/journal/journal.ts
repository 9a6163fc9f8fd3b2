import { journal, maxNameLength } from '../../../api/journal.ts';
import { isStorable } from '../../../decide/text.ts';
import { boundsOf, selfOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { BeyondPolicy, InvalidInput, KeyLimitReached, KeyNotFound, type Refusal } from '../../errors.ts';
import type { Answers, ErrorStatus, Refuse } from '../../http/failures.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { getKey, type Key, revokeKey } from '../../keys/keys.ts';
import { allKeys } from '../../keys/lists.ts';
import { mintKey } from '../../keys/minting.ts';
import { newToken } from '../../token.ts';

/** What a key minted here may do: manage keys, itself included. */
const scopes = ['keys:read', 'keys:write'];

const unixSeconds = (instant: Date) => Math.floor(instant.getTime() / 1000);

/** The number of a key from an id in the path. @throws KeyNotFound unless it is 1 to 15 decimal digits */
function numberOf(id: string): number {
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new KeyNotFound();
  return Number(id);
}

interface Naming {
  name?: unknown;
  label?: unknown;
}

/**
 * The name of the new key. The body has precedence over the query, and `name` over the older `label`. A blank `label`, or
 * a blank `name` in the query, counts as absent. All others must be valid, even if they are not used.
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
  new InvalidInput({ detail: `The ${field} field ${what}.`, pointer: `#/${field}` });

function textOf(field: string, value: unknown): string {
  if (isBlank(value)) throw refuse(field, 'is required');
  if (typeof value !== 'string') throw refuse(field, 'must be a string');
  const trimmed = value.trim();
  if ([...trimmed].length > maxNameLength)
    throw refuse(field, `must not be greater than ${maxNameLength} characters`);
  if (!isStorable(trimmed)) throw refuse(field, 'must be valid text');
  return trimmed;
}

const ofKey = { notFound: KeyNotFound };

export function journalOperations(context: ServiceContext): Operation[] {
  const { db, publicUrl, tokenPrefixes, usage } = context;

  const resource = (key: Key, token: string | null = null) => {
    const lastUse = usage.lastUse(...key.tokens);
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

  return [
    operation(journal.list, async ({ caller }) => {
      const keys = await allKeys(db, selfOf(caller));
      return { data: keys.map((key) => resource(key)) };
    }),

    operation(journal.create, async ({ act, caller, form, json, query }) => {
      const name = nameFrom(query, { ...form, ...json });
      const token = newToken(tokenPrefixes[0]);
      const accountId = selfOf(caller);
      const within = boundsOf(caller);
      const minted = { accountId, name, scopes, metadata: {}, expiresAt: null, token, within };
      return { data: [resource(await mintKey(context, minted, act), token)] };
    }),

    operation(
      journal.get,
      async ({ caller, params }) => {
        const place = { accountId: selfOf(caller), number: numberOf(params.id) };
        return { data: [resource(await getKey(db, place))] };
      },
      ofKey,
    ),

    operation(
      journal.delete,
      async ({ act, caller, params }) => {
        const place = { accountId: selfOf(caller), number: numberOf(params.id) };
        await revokeKey(context, place, act);
      },
      ofKey,
    ),
  ];
}

type Answer = [status: ErrorStatus, message?: string];

const unauthenticated: Answer = [401, 'Unauthenticated.'];
const unavailable: Answer = [503, 'Service Unavailable'];
/** For internal errors, and for refusals that no operation of this contract makes. */
const ourFault: Answer = [500, 'Server Error'];

/** The answer to each refusal. Without a message of its own it has that of the refusal. */
const answers: Answers<Answer> = {
  unauthenticated,
  invalid_token: unauthenticated,
  wrong_caller: unauthenticated,
  account_not_found: unauthenticated,
  insufficient_scope: [403, 'This action is unauthorized.'],
  account_disabled: [403],
  beyond_policy: [403],
  key_not_found: [404, 'API key not found'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405],
  key_limit_reached: [409],
  body_too_large: [413],
  unsupported_media_type: [415, 'Send the name as a form, as JSON or in the query.'],
  malformed_body: [422],
  invalid_input: [422],
  too_many_attempts: [429, 'Too Many Attempts.'],
  database_unavailable: unavailable,
  overloaded: unavailable,
};

/** The one place where errors become the HTTP of this contract. Always JSON, whatever `Accept` says. */
export const journalError: Refuse = (refusal) => {
  const [status, own] = (refusal && answers[refusal.code]) ?? ourFault;
  const message = own ?? messageOf(refusal);
  if (status === 422) return { status, body: { message, errors: { [fieldOf(refusal)]: [message] } } };
  return { status, body: status === 401 || status === 429 ? { message } : { message, status } };
};

function messageOf(refusal: Refusal | undefined): string {
  if (refusal instanceof InvalidInput) return refusal.violations[0]?.detail ?? refusal.message;
  if (refusal instanceof KeyLimitReached)
    return `The account has ${refusal.limit} API keys, and may have no more.`;
  if (refusal instanceof BeyondPolicy)
    return refusal.breaches.some(({ rule }) => rule !== 'allowedScopes')
      ? 'API keys created here never expire, which the policy of the account does not allow.'
      : 'API keys created here can manage API keys, which the policy of the account does not allow.';
  return refusal?.message ?? '';
}

/** The field that a refusal of input is about. */
function fieldOf(refusal: Refusal | undefined): string {
  const [violation] = refusal instanceof InvalidInput ? refusal.violations : [];
  return (violation?.parameter ?? violation?.pointer?.slice(2)) || 'body';
}
