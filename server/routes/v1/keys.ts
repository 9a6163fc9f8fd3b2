import type { z } from '@hono/zod-openapi';
import { keys, type NewKey } from '../../../api/keys.ts';
import { accountOf, boundsOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput, KeyNotFound } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { once } from '../../idempotency.ts';
import { changeKey } from '../../keys/changes.ts';
import { importKey } from '../../keys/imports.ts';
import { getKey, type Key, listKeys, onceGone, revokeKey } from '../../keys/keys.ts';
import { inOrder, newQuota } from '../../keys/limit-rows.ts';
import { assertMayMintAgain, mintKey } from '../../keys/minting.ts';
import { rolesNamed } from '../../keys/roles.ts';
import { newToken } from '../../token.ts';
import { idempotentCall, replayedHeaders } from './idempotency.ts';
import { keyBody } from './key-body.ts';
import { assertMayLimit } from './key-limits.ts';
import { locationOf } from './location.ts';
import { cursorAt, numberOf } from './page.ts';

const day = 86_400_000;
const lifetimes = {
  '1d': day,
  '7d': 7 * day,
  '30d': 30 * day,
  '90d': 90 * day,
  '1y': 365 * day,
  never: null,
};

/** @throws InvalidInput if the expiry is not in the future: to end a key now, disable or delete it */
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

const ofKey = { notFound: KeyNotFound };

export function keyOperations(context: ServiceContext): Operation[] {
  const { db, now } = context;

  /** What a request says that a new key is given. */
  const givenBy = async (json: z.output<typeof NewKey>, at: number) => ({
    name: json.name,
    scopes: json.scopes ?? [],
    roles: await rolesNamed(db, json.roles ?? []),
    metadata: json.metadata ?? {},
    expiresAt: expiryOf(json, at),
    notBefore: json.notBefore ?? null,
    allowedIps: json.allowedIps ?? null,
    audience: json.audience ?? null,
    limits: inOrder(json.limits ?? []),
    quota: json.quota ? newQuota(json.quota, new Date(at)) : null,
  });

  return [
    operation(keys.create, async ({ act, caller, headers, json, query }) => {
      assertMayLimit(caller, json);
      const accountId = await accountOf(context, caller, query);
      const token = newToken(context.tokenPrefix);
      const answerOf = (key: Omit<Key, 'number'>) => ({ ...keyBody(context, key), token });
      const call = idempotentCall({ caller, headers }, 'createKey', { query, json });
      const { answer, isReplay } = await once(context, call, act, {
        async attempt(claim) {
          const minted = { accountId, ...(await givenBy(json, act.now)), token, within: boundsOf(caller) };
          return answerOf(await mintKey(context, minted, act, claim && { claim, answer: answerOf }));
        },
        assertMayRepeat: (id) => assertMayMintAgain(db, { accountId, id }, boundsOf(caller)),
      });
      return new Reply(answer, {
        ...locationOf(context, `/v1/keys/${answer.id}`),
        ...replayedHeaders(isReplay),
      });
    }),

    operation(keys.import, async ({ act, caller, json, query }) => {
      const accountId = await accountOf(context, caller, query);
      const { sha256, start, ...given } = json;
      const key = { accountId, ...(await givenBy(given, act.now)) };
      const imported = keyBody(context, await importKey(context, { sha256, start }, key, act));
      return new Reply(imported, locationOf(context, `/v1/keys/${imported.id}`));
    }),

    operation(keys.list, async ({ caller, query }) => {
      const { cursor, limit, status, search } = query;
      const accountId = await accountOf(context, caller, query);
      const list = `keys of ${accountId}`;
      const filter = { limit, before: numberOf(list, cursor), status, search };
      const { keys, next } = await listKeys(db, accountId, filter, now());
      const data = keys.map((key) => keyBody(context, key));
      return { data, nextCursor: next === undefined ? null : cursorAt(list, [next]) };
    }),

    operation(
      keys.get,
      async ({ caller, params, query }) =>
        keyBody(
          context,
          await getKey(db, { accountId: await accountOf(context, caller, query), id: params.keyId }),
        ),
      ofKey,
    ),

    operation(
      keys.update,
      async ({ act, caller, json: change, params, query }) => {
        assertMayLimit(caller, change);
        const accountId = await accountOf(context, caller, query).catch(onceGone(context));
        if (change.expiresAt) ahead(change.expiresAt, act.now);
        const key = await changeKey(
          context,
          { accountId, id: params.keyId },
          {
            ...change,
            roles: change.roles && (await rolesNamed(db, change.roles)),
            within: boundsOf(caller),
          },
          act,
        );
        return keyBody(context, key);
      },
      ofKey,
    ),

    operation(
      keys.delete,
      async ({ act, caller, params, query }) => {
        const accountId = await accountOf(context, caller, query).catch(onceGone(context));
        await revokeKey(context, { accountId, id: params.keyId }, act);
      },
      ofKey,
    ),
  ];
}
