import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { SigningKeysUnavailable } from '../server/errors.ts';
import { FetchedKeys, githubKeysIn, isSignedByGithub, pinned } from '../server/leaks/github-keys.ts';
import { published } from './support/github.ts';

/** The sample in GitHub's documentation of the program, and its key of that time. */
const sample = {
  body: '[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]',
  identifier: 'bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c',
  signature:
    'MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg==',
  key: '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\nAjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n-----END PUBLIC KEY-----\n',
};

test('the signature in GitHub’s documentation is good, of its body and no other', async () => {
  const keys = pinned(
    githubKeysIn({ public_keys: [{ key_identifier: sample.identifier, key: sample.key, is_current: true }] }),
  );
  expect(await isSignedByGithub(keys, Buffer.from(sample.body), sample)).toBe(true);
  expect(await isSignedByGithub(keys, Buffer.from(`${sample.body}\n`), sample)).toBe(false);
});

test.each<[string, unknown]>([
  ['no document', 'text'],
  ['no list', {}],
  ['an empty list', { public_keys: [] }],
  ['no key', { public_keys: [{ key_identifier: 'a' }] }],
  ['nonsense for a key', { public_keys: [{ key_identifier: 'a', key: 'b' }] }],
  ['a key on another curve', { public_keys: [{ key_identifier: 'a', key: pemOf('P-384') }] }],
])('keys are refused where there is %s', (_, document) => {
  expect(() => githubKeysIn(document)).toThrow(Error);
});

function pemOf(namedCurve: string): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** A server that publishes keys, and what fetches from it by a clock of its own. */
async function publish() {
  const state = { status: 200, document: published as unknown, fetched: 0, now: 0, errors: [] as unknown[] };
  const server = createServer((_, response) => {
    state.fetched += 1;
    response.writeHead(state.status).end(JSON.stringify(state.document));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const keys = new FetchedKeys((error) => state.errors.push(error), {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: () => state.now,
  });
  return { keys, state };
}

const known = published.public_keys[0]?.key_identifier ?? '';

test('keys are fetched once, also for many who ask at once, and again after a day', async () => {
  const { keys, state } = await publish();
  const found = await Promise.all([keys.find(known), keys.find(known), keys.find('another')]);
  expect(found.map((key) => key?.asymmetricKeyType)).toEqual(['ec', 'ec', undefined]);
  expect(state.fetched).toBe(1);
  state.now += 86_399_999;
  expect(await keys.find(known)).toBeDefined();
  expect(state.fetched).toBe(1);
  state.now += 1;
  expect(await keys.find(known)).toBeDefined();
  expect(state.fetched).toBe(2);
});

test('an identifier that is not known has the keys fetched again, at most every five minutes', async () => {
  const { keys, state } = await publish();
  await keys.find(known);
  state.document = {
    public_keys: [...published.public_keys, { key_identifier: 'newer', key: published.public_keys[0]?.key }],
  };
  expect(await keys.find('newer')).toBeUndefined();
  state.now += 299_999;
  expect(await keys.find('newer')).toBeUndefined();
  expect(state.fetched).toBe(1);
  state.now += 1;
  expect(await keys.find('newer')).toBeDefined();
  expect(state.fetched).toBe(2);
});

test('if the keys cannot be fetched, a signature is neither accepted nor refused', async () => {
  const { keys, state } = await publish();
  state.status = 500;
  await expect(keys.find(known)).rejects.toThrow(SigningKeysUnavailable);
  await expect(keys.find(known)).rejects.toThrow(SigningKeysUnavailable);
  expect(state.fetched).toBe(1);
  expect(state.errors).toMatchObject([{ message: expect.stringContaining('500') }]);
  state.status = 200;
  state.now += 300_000;
  expect(await keys.find(known)).toBeDefined();
  expect(await keys.find('another')).toBeUndefined();

  state.document = 'maintenance';
  state.now += 86_400_000;
  expect(await keys.find(known)).toBeDefined();
  await expect(keys.find('another')).rejects.toThrow(SigningKeysUnavailable);
  expect(state.errors).toHaveLength(2);
});
