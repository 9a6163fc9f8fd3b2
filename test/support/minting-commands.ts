import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import type { EventType } from '../../decide/events.ts';
import { account, call, command, isThere, lists, type Real, tokenOf } from './command.ts';
import {
  type Conditions,
  conditions,
  day,
  name,
  namesOf,
  rolesAt,
  scopes,
  someRoles,
  unconditional,
} from './given.ts';
import { isBeyond, isFull, journalKey, type Model, type ModelKey, newToken, v1Key } from './model.ts';

/** Keys are minted, through each contract. */

/** Notes a key that was just minted, with the ids that the other contracts give it. */
export async function note(
  model: Model,
  real: Real,
  {
    token,
    ...minted
  }: Pick<ModelKey, 'owner' | 'name' | 'scopes' | 'expiresAt'> &
    Partial<Conditions & Pick<ModelKey, 'roles' | 'limits' | 'quota' | 'createdBy'>> & { token: string },
): Promise<ModelKey> {
  const as = tokenOf(real, minted.owner);
  const { body: journal } = await call(real, as, 'GET', lists.journal);
  const { body: share } = await call(real, as, 'GET', lists.share);
  const number = Number(journal.data.at(-1).id);
  expect(number).toBeGreaterThan(model.keys.at(-1)?.number ?? 0);
  const at = model.now();
  const rest = {
    tokens: { current: newToken(token, at) },
    replaced: [],
    roles: [],
    limits: [],
    quota: null,
    ...unconditional,
    disabledAt: null,
    events: ['key.minted' as const],
    createdBy: `session_${decodeJwt(as).sid}`,
    createdAt: at,
    updatedAt: at,
    revoked: false,
    erased: false,
  };
  const key: ModelKey = { ...rest, ...minted, id: share.apiKeys.at(-1)._id, number };
  model.keys.push(key);
  return key;
}

/** The status with which a key is not minted; `beyond` is that of a policy in the contract. */
export function refusalOf(
  model: Model,
  owner: number,
  given: { scopes: string[]; expiresAt: number | null },
  beyond: number,
): number | undefined {
  if (model.accounts[owner]?.isSuspended) return 403;
  if (isBeyond(model, owner, { ...given, since: model.now() })) return beyond;
  return isFull(model, owner) ? 409 : undefined;
}

const create = {
  v1: fc
    .record({
      owner: account,
      name,
      scopes,
      roles: someRoles,
      expiresIn: fc.constantFrom('1d', '7d', 'never', undefined),
      conditions: fc.record(conditions, { requiredKeys: [] }),
      repeats: fc.constantFrom(undefined, 0, 1, 2),
    })
    .map((facts) =>
      command('CreateKey', facts, isThere(facts.owner), async (model, real) => {
        const { owner, conditions, repeats, ...rest } = facts;
        const roles = rolesAt(model, facts.roles);
        const notBefore = conditions.notBefore === undefined ? null : model.now() + conditions.notBefore;
        const body = {
          ...rest,
          ...conditions,
          roles: namesOf(roles),
          ...(notBefore !== null && { notBefore: new Date(notBefore) }),
        };
        const lifetime = { '1d': day, '7d': 7 * day, never: null }[body.expiresIn ?? 'never'];
        const expiresAt = lifetime === null ? null : model.now() + lifetime;
        const refusal = refusalOf(
          model,
          owner,
          { scopes: [...body.scopes, ...roles.flatMap((role) => role.scopes)], expiresAt },
          403,
        );
        const headers = repeats === undefined ? undefined : { 'Idempotency-Key': randomUUID() };
        const create = () => call(real, tokenOf(real, owner), 'POST', lists.v1, body, headers);
        const answer = await create();
        expect(answer.status).toBe(refusal ?? 201);
        if (refusal) return;
        for (let repeat = 0; repeat < (repeats ?? 0); repeat += 1) expect(await create()).toEqual(answer);
        const { token } = answer.body;
        const key = await note(model, real, {
          owner,
          name: body.name,
          scopes: body.scopes,
          roles,
          ...conditions,
          notBefore,
          token,
          expiresAt,
        });
        key.events.push(...Array<EventType>(repeats ?? 0).fill('request.replayed'));
        expect(answer.body).toEqual({ ...v1Key(model, key), token });
      }),
    ),

  journal: fc.record({ owner: account, name }).map((facts) =>
    command('CreateJournalKey', facts, isThere(facts.owner), async (model, real) => {
      const { owner, name } = facts;
      const query = new URLSearchParams({ name });
      const scopes = ['keys:read', 'keys:write'];
      const refusal = refusalOf(model, owner, { scopes, expiresAt: null }, 403);
      const answer = await call(real, tokenOf(real, owner), 'POST', `${lists.journal}?${query}`);
      expect(answer.status).toBe(refusal ?? 201);
      if (refusal) return;
      const { token } = answer.body.data[0].attributes;
      const key = await note(model, real, { owner, name, scopes, token, expiresAt: null });
      expect(answer.body).toEqual({ data: [journalKey(key, token)] });
    }),
  ),

  share: fc
    .record({ owner: account, label: name, expires: fc.constantFrom('One Day', 'week', 'Never', undefined) })
    .map((facts) =>
      command('CreateShareKey', facts, isThere(facts.owner), async (model, real) => {
        const { owner, ...body } = facts;
        const lifetime = { 'One Day': day, week: 7 * day, Never: null }[body.expires ?? 'Never'];
        const began = Math.floor(model.now() / 1000) * 1000;
        const expiresAt = lifetime === null ? null : began + lifetime;
        const refusal = refusalOf(model, owner, { scopes: [], expiresAt }, 400);
        const answer = await call(real, tokenOf(real, owner), 'POST', `/api${lists.share}`, body);
        expect(answer.status).toBe(refusal ?? 201);
        if (refusal) return;
        await note(model, real, {
          owner,
          name: body.label,
          scopes: [],
          token: answer.body.api_key,
          expiresAt,
        });
      }),
    ),
};

export const mintingCommands = Object.values(create);
