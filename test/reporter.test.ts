import { expect, test } from 'vitest';
import { type KnownKey, knownFrom } from '../clients/typescript/verifier/known-key.ts';
import { Reporter } from '../clients/typescript/verifier/reporter.ts';
import { type FromVerifier, maxFrameBytes, type WireKey } from '../decide/frames.ts';

const hour = Date.UTC(2026, 0, 31, 12);
const asked = { ip: '203.0.113.7', userAgent: 'cli/1' };

const facts: WireKey = {
  ...{ gone: null, id: '1', accountId: '2', externalId: null, name: 'Key', state: 'current' },
  ...{ scopes: [], hasRoles: false, metadata: {}, limits: null },
  ...{ expiresAt: null, accountDisabledAt: null, disabledAt: null, notBefore: null, endsAt: null },
  ...{ accountMetadata: null, allowedIps: null, audience: null },
};
const keyOf = (hash: string) => knownFrom({ hash, keep: true, key: facts }) as KnownKey;

/** A reporter, and what it told, each message of which is acknowledged. */
function started() {
  const reporter = new Reporter();
  const told: Extract<FromVerifier, { kind: 'uses' }>[] = [];
  const send = (message: FromVerifier) => {
    if (message.kind !== 'uses') return;
    told.push(message);
    queueMicrotask(() => reporter.acknowledged(message.number));
  };
  return { reporter, told, flush: () => reporter.flush({ send }) };
}

test('uses are told once, with who presented the token last', async () => {
  const { reporter, told, flush } = started();
  const key = keyOf('aa');
  reporter.accepted(key, hour + 1, {});
  reporter.accepted(key, hour + 2, asked);
  await flush();
  reporter.accepted(key, hour + 3, {});
  await flush();
  await flush();
  expect(told.map(({ uses }) => uses)).toEqual([
    [{ hash: 'aa', lastUsedAt: hour + 2, ...asked, counts: { valid: 2 } }],
    [{ hash: 'aa', lastUsedAt: hour + 3, ip: null, userAgent: null, counts: { valid: 1 } }],
  ]);
});

test('uses of 200,000 tokens wait to be told, and those of further tokens are dropped', async () => {
  const { reporter, told, flush } = started();
  for (let token = 0; token < 200_010; token += 1)
    reporter.refused(`${token % 200_005}`, 'disabled', hour + (token < 300 ? -1 : 0));
  await flush();
  expect(told.flatMap(({ uses }) => uses)).toHaveLength(200_000);
  expect(Math.max(...told.map(({ uses }) => uses.length))).toBe(200);
});

test('uses are told in frames that the service takes, however long the user agents are', async () => {
  const { reporter, told, flush } = started();
  for (let token = 0; token < 200; token += 1)
    reporter.accepted(keyOf(`${token}`.padStart(128, '0')), hour, { userAgent: '\u0001'.repeat(500) });
  await flush();
  expect(told.flatMap(({ uses }) => uses)).toHaveLength(200);
  for (const message of told)
    expect(Buffer.byteLength(JSON.stringify([message]))).toBeLessThanOrEqual(maxFrameBytes);
});

test('uses count in the hour in which they were, and with those of the key as it was found before', async () => {
  const { reporter, told, flush } = started();
  const [key, again] = [keyOf('aa'), keyOf('aa')];
  reporter.accepted(key, hour - 1, {});
  reporter.accepted(key, hour, {});
  reporter.accepted(again, hour, {});
  reporter.refused('aa', 'insufficient_scope', hour);
  await flush();
  expect(told.map(({ hour, uses }) => [hour, uses.map(({ counts }) => counts)])).toEqual([
    [hour - 3_600_000, [{ valid: 1 }]],
    [hour, [{ valid: 2, insufficient_scope: 1 }]],
  ]);
});
