import * as fc from 'fast-check';
import { expect } from 'vitest';
import { account, and, call, command, isThere, n, nth, someKey, tokenOf } from './command.ts';
import { day, reaches } from './given.ts';
import { draining, isBeyond, type Model, type ModelKey, newToken, v1Key } from './model.ts';

/** Tokens are used and rotated. */

/**
 * A token is used, which makes the next one the current one. Of several uses in the same millisecond, the first is the
 * one that is shown.
 */
export function use(model: Model, key: ModelKey, token: string, ip: string | null) {
  const { current, next, previous } = key.tokens;
  const at = model.now();
  if (next?.token === token) {
    const { overlapSeconds, expiresAt, ...activated } = next;
    const endsAt = Math.min(at + overlapSeconds * 1000, key.expiresAt ?? Number.POSITIVE_INFINITY);
    key.tokens = {
      current: { ...activated, activatedAt: at },
      previous: { ...current, endsAt, expiresAt: key.expiresAt },
    };
    Object.assign(key, { expiresAt, updatedAt: at });
    key.events.push('key.token_activated');
  }
  const used = previous?.token === token ? previous : key.tokens.current;
  if (used.lastUsedAt !== at) Object.assign(used, { lastUsedAt: at, lastUsedIp: ip });
}

/** Every token that a key ever had. */
export const everyToken = ({ tokens: { current, next, previous }, replaced }: ModelKey) => [
  ...[previous, current, next].flatMap((one) => (one ? [one.token] : [])),
  ...replaced.map(({ token }) => token),
];

/** The key has other tokens from now on: those that it has no more are refused. */
export function replaceTokens(key: ModelKey, tokens: ModelKey['tokens']) {
  const before = everyToken(key);
  key.tokens = tokens;
  const { current, next, previous } = tokens;
  const kept = [current, next, previous].map((one) => one?.token);
  const gone = before.filter((token) => !kept.includes(token));
  const known = (token: string) => key.replaced.find((one) => one.token === token);
  key.replaced = gone.map((token) => known(token) ?? { token, name: key.name });
}

const rotate = fc
  .record({
    n,
    by: account,
    overlap: fc.constantFrom(0, 1, 3600, 'immediate' as const),
    /** Milliseconds from now; null: never; undefined: as before. */
    lifetime: fc.constantFrom(undefined, undefined, null, 1, day, 7 * day),
  })
  .map((facts) =>
    command('RotateKey', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const { by, overlap, lifetime } = facts;
      const at = model.now();
      const expiresAt = lifetime === undefined ? key.expiresAt : lifetime && at + lifetime;
      const body = {
        ...(overlap === 'immediate' ? { immediate: true } : { overlapSeconds: overlap }),
        ...(lifetime === null && { expiresIn: 'never' }),
        ...(lifetime && { expiresAt: new Date(at + lifetime) }),
      };
      const path = `/v1/keys/key_${key.id}/rotate`;
      const answer = await call(real, tokenOf(real, by), 'POST', path, body);
      if (!reaches(by, key)) return expect(answer.status).toBe(404);
      if (lifetime !== undefined && isBeyond(model, by, { scopes: [], expiresAt, since: at }))
        return expect(answer.status).toBe(403);
      if (overlap !== 'immediate' && draining(model, key)) return expect(answer.status).toBe(409);
      const { token } = answer.body;
      const { current } = key.tokens;
      const next = { ...newToken(token, at, null), overlapSeconds: Number(overlap), expiresAt };
      if (overlap === 'immediate') replaceTokens(key, { current: newToken(token, at) });
      else replaceTokens(key, { current, next });
      if (overlap === 'immediate') key.expiresAt = expiresAt;
      key.updatedAt = at;
      key.events.push(overlap === 'immediate' ? 'key.token_replaced' : 'key.rotated');
      expect(answer).toEqual({ status: 200, body: { ...v1Key(model, key), token } });
    }),
  );

const steps = {
  cancel: 'key.rotation_cancelled',
  finish: 'key.rotation_finished',
  extend: 'key.rotation_extended',
} as const;

const stepRotation = fc
  .record({ n, by: account, step: fc.constantFrom('cancel', 'finish', 'extend') })
  .map((facts) =>
    command('StepRotation', facts, and(someKey, isThere(facts.by)), async (model, real) => {
      const key = nth(model, facts.n);
      const { by, step } = facts;
      const body = step === 'extend' ? { overlapSeconds: 7200 } : undefined;
      const path = `/v1/keys/key_${key.id}/rotation/${step}`;
      const answer = await call(real, tokenOf(real, by), 'POST', path, body);
      if (!reaches(by, key)) return expect(answer.status).toBe(404);
      const { current, next } = key.tokens;
      const previous = draining(model, key);
      if (step === 'cancel' ? !next : !previous) return expect(answer.status).toBe(409);
      const at = model.now();
      if (step === 'extend' && previous) {
        const until = Math.min(at + 7_200_000, previous.expiresAt ?? Number.POSITIVE_INFINITY);
        previous.endsAt = Math.max(previous.endsAt, until);
      } else replaceTokens(key, { current });
      key.updatedAt = at;
      key.events.push(steps[step]);
      expect(answer).toEqual({ status: 200, body: v1Key(model, key) });
    }),
  );

export const rotationCommands = [rotate, stepRotation];
