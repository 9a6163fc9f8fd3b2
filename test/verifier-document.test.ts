import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { fromReplica, fromVerifier, readFrame } from '../api/verifier.ts';
import { verifierDocument } from '../api/verifier-document.ts';
import { docs } from '../server/pages/docs.ts';
import { assertFrame } from './support/verifier-frames.ts';

const served = async (publicUrl: string) =>
  (await docs({ publicUrl, contracts: ['latchkey'] }).request('/asyncapi.json')).json();
const hash = 'a'.repeat(128);

test('each message of the AsyncAPI document is a JSON Schema', () => {
  const { schemas } = verifierDocument('1.0.0').components;
  const kinds = [...Object.keys(fromVerifier), ...Object.keys(fromReplica)];
  expect(Object.values(schemas)).toMatchObject(
    kinds.map((kind) => ({ properties: { kind: { const: kind } } })),
  );
  for (const schema of Object.values(schemas)) new Ajv({ strict: true, strictTypes: false }).compile(schema);
});

test('a frame is a list of messages of its side, and nothing else', () => {
  assertFrame('fromVerifier', [
    { kind: 'ping', ping: 1 },
    { kind: 'ask', hashes: [hash] },
  ]);
  assertFrame('fromReplica', [
    { kind: 'changed', hash },
    { kind: 'barrier', barrier: 1 },
  ]);
  for (const [side, frame] of [
    ['fromVerifier', { kind: 'ping', ping: 1 }],
    ['fromVerifier', []],
    ['fromVerifier', [{ kind: 'ping' }]],
    ['fromVerifier', [{ kind: 'ask', hashes: ['x'] }]],
    ['fromVerifier', [{ kind: 'barrier', barrier: 1 }]],
    ['fromReplica', [{ kind: 'ping', ping: 1 }]],
    ['fromReplica', [{ kind: 'moving', to: 'another' }]],
  ] as const)
    expect(() => assertFrame(side, frame), JSON.stringify(frame)).toThrow(/is no frame/);
});

test('a ping is read by the same rules, however it is written', () => {
  for (const text of ['[{"kind":"ping","ping":7}]', '[ {"ping": 7, "kind": "ping"} ]'])
    expect(readFrame(text)).toEqual([{ kind: 'ping', ping: 7 }]);
  const safest = Number.MAX_SAFE_INTEGER;
  expect(readFrame(`[{"kind":"ping","ping":${safest}}]`)).toEqual([{ kind: 'ping', ping: safest }]);
  for (const ping of ['-1', '01', '1.5', '"1"', '9007199254740992', '1e999'])
    expect(readFrame(`[{"kind":"ping","ping":${ping}}]`), ping).toBeUndefined();
});

test('it is served as it stands in spec/, with the address of the deployment', async () => {
  const stands = JSON.parse(
    await readFile(new URL('../spec/verifier.asyncapi.json', import.meta.url), 'utf8'),
  );
  const at = (server: object) => ({
    ...stands,
    servers: { latchkey: { ...stands.servers.latchkey, ...server } },
  });
  expect(await served('http://127.0.0.1:8787')).toEqual(stands);
  expect(await served('https://keys.example.com/api')).toEqual(
    at({ host: 'keys.example.com', protocol: 'wss', pathname: '/api' }),
  );
});
