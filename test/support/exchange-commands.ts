import * as fc from 'fast-check';
import { expect } from 'vitest';
import { call, command, n, nth, type Real, someKey } from './command.ts';
import { addresses, audiences, scopes } from './given.ts';
import { clientIp } from './harness.ts';
import {
  covers,
  draining,
  type Model,
  type ModelExchanged,
  type ModelKey,
  type Presented,
  scopesOf,
  verdictOn,
} from './model.ts';
import { everyToken, use } from './rotation-commands.ts';

/** Tokens are exchanged for others, which may do what both their key and they themselves may do. */

const common = (some: string[], others: string[]) => [
  ...new Set([
    ...some.filter((scope) => covers(others, scope)),
    ...others.filter((scope) => covers(some, scope)),
  ]),
];

const earliest = (...instants: (number | null | undefined)[]) =>
  Math.min(...instants.map((instant) => instant ?? Number.POSITIVE_INFINITY));

/** The key as an exchanged token presents it. */
const narrowed = (model: Model, { key, scopes, audience, expiresAt }: ModelExchanged): ModelKey => ({
  ...key,
  scopes: common(scopes, scopesOf(model, key)),
  roles: [],
  audience:
    audience && key.audience
      ? audience.filter((uri) => key.audience?.includes(uri))
      : (audience ?? key.audience),
  expiresAt: earliest(key.expiresAt, expiresAt),
});

const exchange = fc
  .record({
    n,
    which: fc.nat({ max: 5 }),
    scopes: fc.oneof(
      fc.constant(undefined),
      fc.constantFrom<string[]>(['files:read'], ['keys:read', 'files:*']),
    ),
    audience: fc.option(fc.constantFrom(...audiences), { nil: undefined, freq: 1 }),
    seconds: fc.constantFrom(60, 3_600),
  })
  .map((facts) =>
    command('ExchangeToken', facts, someKey, async (model, real) => {
      // Of the keys that are there, mostly: those that are not are soon the most.
      const live = model.keys.filter(({ revoked }) => !revoked);
      const key = (facts.which > 0 && live[facts.n % live.length]) || nth(model, facts.n);
      const tokens = everyToken(key);
      const parent = tokens[facts.which % tokens.length] ?? '';
      const body = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: parent,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        ...(facts.scopes && { scope: facts.scopes.join(' ') }),
        ...(facts.audience && { audience: facts.audience }),
        expires_in: String(facts.seconds),
      });
      const response = await real.service.fetch('/oauth2/token', { method: 'POST', body });
      const answer = await response.json();
      const refused = (error: string) => expect([response.status, answer.error]).toEqual([400, error]);

      const held = scopesOf(model, key);
      const presented = { ip: clientIp, audience: key.audience?.[0] };
      if (!verdictOn(model, key, parent, 'operator', presented).valid) return refused('invalid_request');
      if (facts.scopes?.some((scope) => !covers(held, scope))) return refused('invalid_scope');
      if (facts.audience && key.audience && !key.audience.includes(facts.audience))
        return refused('invalid_target');
      const audience = facts.audience ? [facts.audience] : key.audience;
      // That is this service.
      if (audience?.includes(audiences[0])) return refused('invalid_target');
      expect(response.status).toBe(200);
      use(model, key, parent, clientIp);
      const end = draining(model, key)?.token === parent ? draining(model, key)?.endsAt : null;
      const expiresAt = earliest(model.now() + facts.seconds * 1_000, key.expiresAt, end);
      const exchanged = {
        ...{ key, parent, token: answer.access_token, scopes: facts.scopes ?? held },
        audience,
        expiresAt: Math.floor(expiresAt / 1_000) * 1_000,
      };
      model.exchanged.push(exchanged);
      await verifyExchanged(model, real, exchanged, presented);
    }),
  );

/** Asks for the verdict on an exchanged token, and holds it against that on its parent. */
export async function verifyExchanged(
  model: Model,
  real: Real,
  exchanged: ModelExchanged,
  presented: Presented,
): Promise<void> {
  const { key, parent, token } = exchanged;
  const expected = verdictOn(model, narrowed(model, exchanged), parent, 'operator', presented);
  const as = real.service.operatorToken;
  const answer = await call(real, as, 'POST', '/v1/keys/verify', { token, ...presented });
  expect(answer).toEqual({ status: 200, body: expected });
  if (!expected.valid) return;
  use(model, key, parent, presented.ip ?? null);
  if (key.quota) key.quota.isUsed = true;
}

const verify = fc
  .record({
    n,
    presented: fc.record(
      { scopes, ip: fc.constantFrom(...addresses), audience: fc.constantFrom(...audiences) },
      { requiredKeys: [] },
    ),
  })
  .map((facts) =>
    command(
      'VerifyExchanged',
      facts,
      ({ exchanged }) => exchanged.length > 0,
      async (model, real) => {
        const one = model.exchanged[facts.n % model.exchanged.length];
        if (one) await verifyExchanged(model, real, one, facts.presented);
      },
    ),
  );

export const exchangeCommands = [exchange, verify];
