import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { maxHelloBytes } from '../api/verifier.ts';
import { type FromReplica, type FromVerifier, protocol } from '../decide/frames.ts';
import { hourOf } from '../decide/uses.ts';
import { DatabaseUnavailable } from '../server/errors.ts';
import { operatorAccountId } from '../server/id.ts';
import { hashText, newToken } from '../server/token.ts';
import { block } from './support/block.ts';
import { clientIp, expectData, type SignedIn, startService, type TestService } from './support/harness.ts';
import { askTrust, connectVerifier, greetedVerifier, type RawVerifier } from './support/raw-verifier.ts';
import { hasReplicas } from './support/replicas.ts';
import { storeKey } from './support/world.ts';

let service: TestService;
let baseUrl: string;
let ada: SignedIn;

beforeAll(async () => {
  service = await startService();
  baseUrl = await service.listen();
  ada = await service.signIn();
});

const connect = (instance?: string) => greetedVerifier(baseUrl, service.operatorToken, instance);
const mint = async () => expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key' } }));
const revoke = async ({ id }: { id: string }) => {
  const began = performance.now();
  await ada.client.DELETE('/v1/keys/{keyId}', { params: { path: { keyId: id } } });
  return performance.now() - began;
};
/** How many changes have waited for verifiers. Every verifier is told, also one that none waits for. */
const barriersTo = ({ heard }: RawVerifier) => heard.filter((kind) => kind === 'barrier').length;
const hello = (token: string) => ({
  kind: 'hello' as const,
  version: protocol,
  token,
  instance: crypto.randomUUID(),
});
/** A token that may open a verifier. */
async function verifyingToken(service: TestService): Promise<string> {
  const token = newToken('lk_');
  await storeKey(service, { accountId: operatorAccountId, scopes: ['keys:verify'], token });
  return token;
}
/** Holds up look-ups of keys until `release`. `asked`: the first one has begun. */
function holdLookUps({ context: { keys } }: TestService) {
  const { find } = keys;
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  keys.find = async (hash) => {
    asked.resolve();
    await gate.promise;
    return find.call(keys, hash);
  };
  const release = () => {
    keys.find = find;
    gate.resolve();
  };
  return { asked: asked.promise, release };
}

test('a change is told, then a barrier, and it is answered when the verifier has acknowledged', async () => {
  using verifier = await connect();
  const key = await mint();
  expect(await askTrust(verifier)).toBeGreaterThan(0);
  const revoking = revoke(key);
  const { barrier } = await verifier.next('barrier');
  expect(await verifier.next('changed')).toEqual({ kind: 'changed', hash: hashText(key.token) });
  expect(verifier.heard.indexOf('changed')).toBeLessThan(verifier.heard.indexOf('barrier'));
  verifier.send({ kind: 'ack', barrier });
  expect(await revoking).toBeLessThan(1_000);
});

test('a verifier that does not acknowledge holds up a change until its trust ends, and gets none for a while', async () => {
  const instance = crypto.randomUUID();
  using silent = await connect(instance);
  const key = await mint();
  const trust = await askTrust(silent);
  const took = await revoke(key);
  expect(took).toBeGreaterThan(trust * 0.9);
  expect(took).toBeLessThan(1_500);
  expect(await silent.closed).toBe(4408);
  using again = await connect(instance);
  expect(await askTrust(again)).toBe(0);
  using other = await connect();
  expect(await askTrust(other)).toBeGreaterThan(0);
});

test('a verifier that held up several changes at once is penalised once', async () => {
  const instance = crypto.randomUUID();
  using silent = await connect(instance);
  const keys = [await mint(), await mint(), await mint()];
  await askTrust(silent);
  const revoking: Promise<number>[] = [];
  for (const key of keys) {
    revoking.push(revoke(key));
    await silent.next('barrier');
  }
  await Promise.all(revoking);
  expect(await silent.closed).toBe(4408);

  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
  onTestFinished(() => later.mockRestore());
  using again = await connect(instance);
  await vi.waitFor(async () => expect(await askTrust(again)).toBeGreaterThan(0), { timeout: 3_000 });
  again.send({ kind: 'bye' });
  await again.closed;
});

test('a verifier that acknowledged while its replica was blocked is not penalised', async () => {
  using verifier = await connect();
  const key = await mint();
  await askTrust(verifier);
  const revoking = revoke(key);
  const { barrier } = await verifier.next('barrier');
  verifier.send({ kind: 'ack', barrier });
  block(1_200);
  await revoking;
  await vi.waitFor(async () => expect(await askTrust(verifier)).toBeGreaterThan(0), { timeout: 3_000 });
});

test('trust is not prolonged while a barrier waits, and again when it is acknowledged', async () => {
  using slow = await connect();
  const key = await mint();
  await askTrust(slow);
  const revoking = revoke(key);
  const { barrier } = await slow.next('barrier');
  let trust = await askTrust(slow);
  while (trust > 0) trust = await askTrust(slow);
  slow.send({ kind: 'ack', barrier });
  await revoking;
  expect(await askTrust(slow)).toBeGreaterThan(0);
});

test('a verifier that said bye, never had trust or came back holds nothing up', async () => {
  using leaving = await connect();
  await askTrust(leaving);
  leaving.send({ kind: 'ping', ping: 0 }, { kind: 'bye' });
  await leaving.closed;
  using idle = await connect();
  await revoke(await mint());
  await idle.next('changed');
  expect(barriersTo(idle)).toBe(0);

  const instance = crypto.randomUUID();
  using lost = await connect(instance);
  await askTrust(lost);
  using again = await connect(instance);
  expect(await lost.closed).toBe(4408);
  await revoke(await mint());
  await again.next('changed');
  expect(barriersTo(again)).toBe(0);
});

test('a verifier that is gone before its key was looked up holds nothing up', async () => {
  using leaving = await greetedVerifier(baseUrl, await verifyingToken(service));
  using idle = await connect();
  const { release } = holdLookUps(service);
  leaving.send({ kind: 'ping', ping: 0 }, { kind: 'bye' });
  await leaving.closed;
  release();
  await revoke(await mint());
  await idle.next('changed');
  expect(barriersTo(idle)).toBe(0);
});

test('a change waits for a verifier that was cut off until its trust ends, once', async () => {
  using cut = await connect();
  using idle = await connect();
  const key = await mint();
  const trust = await askTrust(cut);
  cut.cut();
  await cut.closed;
  expect(await revoke(key)).toBeGreaterThan(trust * 0.5);
  await revoke(await mint());
  for (let change = 0; change < 2; change += 1) await idle.next('changed');
  expect(barriersTo(idle)).toBe(1);
});

test('a key that changes while it is looked up is sent with keep: false', async () => {
  using verifier = await connect();
  await askTrust(verifier);
  const key = await mint();
  const hash = hashText(key.token);
  verifier.send({ kind: 'ask', hashes: [hash] });
  expect((await verifier.next('found')).found).toMatchObject([
    { hash, keep: true, key: { id: expect.any(String) } },
  ]);

  const { keys } = service.context;
  keys.holds = () => false;
  verifier.send({ kind: 'ask', hashes: [hash] });
  expect((await verifier.next('found')).found).toMatchObject([{ hash, keep: false }]);
});

test('a connection begins with one short hello, in time, of a caller that may verify every key', async () => {
  const closes = async (...texts: (string | Uint8Array<ArrayBuffer>)[]) => {
    using verifier = await connectVerifier(baseUrl);
    for (const text of texts) verifier.sendText(text);
    return await verifier.closed;
  };
  const good = JSON.stringify([hello(service.operatorToken)]);
  expect(await closes('{')).toBe(4400);
  expect(await closes('[]')).toBe(4400);
  expect(await closes(new Uint8Array([1]))).toBe(4400);
  expect(await closes(JSON.stringify([{ kind: 'ping', ping: 1 }]))).toBe(4400);
  expect(await closes(good, good)).toBe(4400);
  expect(await closes(JSON.stringify([hello('x'.repeat(maxHelloBytes))]))).toBe(4400);
  expect(await closes(JSON.stringify([{ ...hello(service.operatorToken), version: 2 }]))).toBe(4400);
  expect(await closes(JSON.stringify([hello('lk_typo')]))).toBe(4401);
  expect(await closes(JSON.stringify([hello(ada.accessToken)]))).toBe(4403);
  expect(await closes(JSON.stringify([hello((await mint()).token)]))).toBe(4403);
  // Nothing is said at all.
  expect(await closes()).toBe(4408);
});

test('a hello that came in time is not late because its key is looked up slowly', async () => {
  const token = await verifyingToken(service);
  const { asked, release } = holdLookUps(service);
  using slow = await connectVerifier(baseUrl);
  slow.send(hello(token));
  await asked;
  // It came after the other one, and its time is up.
  using silent = await connectVerifier(baseUrl);
  expect(await silent.closed).toBe(4408);
  release();
  expect(await Promise.race([slow.next('welcome'), slow.closed])).toEqual({ kind: 'welcome' });
});

test('verifiers that are closed are counted by code, and logged with the reason and their address, the same reason once in 10 s', async () => {
  const countOf = async (code: number) => {
    const text = expectData(await service.operator.GET('/metrics'));
    const [, count] =
      new RegExp(`^latchkey_verifier_closes_total\\{code="${code}"\\} (\\d+)$`, 'm').exec(text) ?? [];
    return Number(count);
  };
  const lines = () =>
    service.logs
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'the WebSocket of a verifier was closed');
  const [before, from] = [await countOf(4400), lines().length];
  const instance = crypto.randomUUID();
  for (let time = 0; time < 5; time += 1) {
    using verifier = await connect(instance);
    const ask = { kind: 'ask' as const, hashes: [hashText('lk_any')] };
    verifier.send(ask, ask);
    await verifier.closed;
  }
  expect((await countOf(4400)) - before).toBe(5);
  expect(lines().slice(from)).toEqual([
    expect.objectContaining({
      level: 40,
      code: 4400,
      reason: 'The last ask is not answered yet.',
      instance,
      ip: clientIp,
      leftOut: 0,
    }),
  ]);
});

test('uses of unknown tokens and at impossible times do no harm', async () => {
  using verifier = await connect();
  const key = await mint();
  const use = { lastUsedAt: 9e15, ip: null, userAgent: null, counts: { valid: 1 } };
  verifier.send({
    kind: 'uses',
    number: 7,
    hour: 5,
    uses: [
      { ...use, hash: hashText('lk_none') },
      { ...use, hash: hashText(key.token) },
    ],
  });
  expect(await verifier.next('used')).toEqual({ kind: 'used', number: 7 });
  await service.context.usage.flush();
  const params = { path: { keyId: key.id } };
  expect(expectData(await ada.client.GET('/v1/keys/{keyId}', { params })).lastUsedAt).toBe(
    new Date(service.context.now()).toISOString(),
  );
});

test('what a verifier tells of clients is stored as far as possible', async () => {
  using verifier = await connect();
  const now = service.context.now();
  const hour = now - 2 * 3_600_000;
  const told = [
    { ip: '192.0.2.7', userAgent: 'curl\0/8', lastUsedAt: hour + 1 },
    { ip: '192.0.2.7\0', userAgent: '\ud800', lastUsedAt: hour + 1.5 },
    { ip: 'somewhere', userAgent: null, lastUsedAt: -9e15 },
    { ip: null, userAgent: null, lastUsedAt: 9e15 },
  ];
  const keys = await Promise.all(told.map(() => mint()));
  const uses = keys.map(({ token }, place) => ({
    ...{ hash: hashText(token), ip: null, userAgent: null, lastUsedAt: null, counts: { valid: 1 } },
    ...told[place],
  }));
  verifier.send({ kind: 'uses', number: 1, hour, uses });
  await verifier.next('used');
  await service.context.usage.flush();

  const shown = keys.map(async ({ id }) => {
    const key = expectData(await ada.client.GET('/v1/keys/{keyId}', { params: { path: { keyId: id } } }));
    return [Date.parse(key.lastUsedAt ?? '') - hour, key.lastUsedIp, key.lastUsedUserAgent];
  });
  expect(await Promise.all(shown)).toEqual([
    [1, '192.0.2.7', 'curl/8'],
    [1, null, '\ufffd'],
    [0, null, null],
    [3_599_999, null, null],
  ]);
});

test('an unexpected error ends the connection, and nothing else', async () => {
  using verifier = await connect();
  const { keys } = service.context;
  const { find } = keys;
  keys.find = () => {
    throw new Error('Nobody expects this.');
  };
  verifier.send({ kind: 'ask', hashes: [hashText('lk_any')] });
  expect(await verifier.closed).toBe(4503);
  keys.find = find;
  expect(service.logs.join()).toContain('Nobody expects this.');
});

test('a verifier that does not read is cut off, and gets no trust for a while', async () => {
  const instance = crypto.randomUUID();
  const sent: string[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  let unsent = 0;
  // As a runtime gives it, with a network behind that takes nothing.
  const link = service.verifiers.accept({
    send: (frame) => sent.push(frame),
    close: resolve,
    unsent: () => unsent,
    client: () => ({ ip: null, userAgent: null }),
  });
  link.receive(JSON.stringify([{ ...hello(service.operatorToken), instance }]));
  await vi.waitFor(() => expect(sent).toEqual(['[{"kind":"welcome"}]']));
  unsent = 1_048_577;
  await revoke(await mint());
  expect(await closed).toBe(4408);
  using again = await connect(instance);
  expect(await askTrust(again)).toBe(0);
});

test('a hello that is late voids no trust of the connection that came after', async () => {
  const instance = crypto.randomUUID();
  const accept = () => {
    const heard: FromReplica[] = [];
    const { promise: closed, resolve } = Promise.withResolvers<number>();
    const link = service.verifiers.accept({
      send: (frame) => heard.push(...JSON.parse(frame)),
      close: resolve,
      unsent: () => 0,
      client: () => ({ ip: null, userAgent: null }),
    });
    const send = (message: FromVerifier) => link.receive(JSON.stringify([message]));
    const first = (kind: string) => vi.waitUntil(() => heard.find((message) => message.kind === kind));
    return { send, first, closed };
  };
  const [given, kept] = [accept(), accept()];
  const key = await mint();
  kept.send({ ...hello(service.operatorToken), instance });
  await kept.first('welcome');
  kept.send({ kind: 'ping', ping: 1 });
  expect(await kept.first('pong')).toMatchObject({ trust: expect.any(Number) });
  given.send({ ...hello(service.operatorToken), instance });
  expect(await given.closed).toBe(4408);
  let isAnswered = false;
  const revoking = revoke(key).then(() => {
    isAnswered = true;
  });
  const { barrier } = (await kept.first('barrier')) as { barrier: number };
  expect(isAnswered).toBe(false);
  kept.send({ kind: 'ack', barrier });
  await revoking;
  kept.send({ kind: 'bye' });
});

test('silent connections do not keep verifiers out', async () => {
  const closed: [number, number][] = [];
  const silent = Array.from({ length: 200 }, (_, index) =>
    service.verifiers.accept({
      send() {},
      close: (code) => closed.push([index, code]),
      unsent: () => 0,
      client: () => ({ ip: null, userAgent: null }),
    }),
  );
  using verifier = await connect();
  expect(await askTrust(verifier)).toBeGreaterThan(0);
  expect(closed).toEqual([[0, 4408]]);
  for (const link of silent) link.ended();
});

test('verifiers that come back all at once are let in, however long their key is looked up', async () => {
  const token = await verifyingToken(service);
  const lookUps = holdLookUps(service);
  const sent: string[] = [];
  const closed: number[] = [];
  const links = Array.from({ length: 300 }, () => {
    const link = service.verifiers.accept({
      send: (frame) => sent.push(frame),
      close: (code) => closed.push(code),
      unsent: () => 0,
      client: () => ({ ip: null, userAgent: null }),
    });
    link.receive(JSON.stringify([hello(token)]));
    return link;
  });
  lookUps.release();
  await vi.waitFor(() => expect(sent).toHaveLength(300));
  expect(closed).toEqual([]);
  for (const link of links) link.ended();
});

test('a verifier that asks while the database is away is told so, and stays', async () => {
  using verifier = await greetedVerifier(baseUrl, await verifyingToken(service));
  const { keys } = service.context;
  const { find } = keys;
  keys.find = () => Promise.reject(new DatabaseUnavailable());
  const ask = { kind: 'ask' as const, hashes: [hashText('lk_any')] };
  verifier.send(ask);
  await verifier.next('unavailable');
  keys.find = find;
  verifier.send(ask);
  expect((await verifier.next('found')).found).toHaveLength(1);
});

test('what a verifier tells while the database is away is recorded when it is back', async () => {
  using verifier = await greetedVerifier(baseUrl, await verifyingToken(service));
  const { id, token } = await mint();
  const { keys } = service.context;
  const { find } = keys;
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
  keys.find = () => {
    fail();
    return Promise.reject(new DatabaseUnavailable());
  };
  const lastUsedAt = service.context.now();
  const use = { hash: hashText(token), lastUsedAt, ip: null, userAgent: null, counts: { valid: 1 } };
  verifier.send({ kind: 'uses', number: 7, hour: hourOf(lastUsedAt), uses: [use] });
  await failed;
  keys.find = find;
  expect(await verifier.next('used')).toMatchObject({ number: 7 });
  await service.context.usage.flush();
  const key = expectData(await ada.client.GET('/v1/keys/{keyId}', { params: { path: { keyId: id } } }));
  expect(key.lastUsedAt).toBe(new Date(lastUsedAt).toISOString());
});

test('no more than 10,000 verifiers are connected or wait to be let in', async () => {
  using _ = await connect();
  const closed: number[] = [];
  const lookUps = holdLookUps(service);
  const token = newToken('lk_');
  const links = Array.from({ length: 10_001 }, () => {
    const link = service.verifiers.accept({
      send: () => {},
      close: (code) => closed.push(code),
      unsent: () => 0,
      client: () => ({ ip: null, userAgent: null }),
    });
    link.receive(JSON.stringify([hello(token)]));
    return link;
  });
  expect(closed).toEqual([4503]);
  lookUps.release();
  await vi.waitFor(() => expect(closed).toHaveLength(links.length));
  for (const link of links) link.ended();
});

test.runIf(hasReplicas)(
  'a replica that ends asks verifiers to move, and serves them until they have',
  async () => {
    const ending = await startService();
    const url = await ending.listen();
    using one = await greetedVerifier(url, ending.operatorToken);
    using other = await greetedVerifier(url, ending.operatorToken);
    let hasEnded = false;
    const ended = ending.verifiers.close().then(() => {
      hasEnded = true;
    });
    for (const verifier of [one, other]) {
      await verifier.next('moving');
      expect(await askTrust(verifier)).toBeGreaterThan(0);
    }
    using late = await connectVerifier(url);
    expect(await late.closed).toBe(4503);
    one.send({ kind: 'bye' });
    await one.closed;
    const asked = performance.now();
    const trust = await askTrust(other);
    expect(trust).toBeGreaterThan(0);
    expect(hasEnded).toBe(false);
    other.send({ kind: 'bye' });
    await ended;
    expect(performance.now() - asked).toBeLessThan(trust);
  },
);

test.runIf(hasReplicas)(
  'a verifier whose key is looked up as its replica begins to end is sent elsewhere at once',
  async () => {
    const ending = await startService();
    const url = await ending.listen();
    const token = await verifyingToken(ending);
    using open = await greetedVerifier(url, ending.operatorToken);
    const { asked, release } = holdLookUps(ending);
    using late = await connectVerifier(url);
    late.send(hello(token));
    await asked;
    const ended = ending.verifiers.close();
    await open.next('moving');
    release();
    expect(await late.closed).toBe(4503);
    expect(late.heard).toEqual([]);
    open.send({ kind: 'bye' });
    await ended;
  },
);

test('a verifier that does not move is closed, and waited for until its trust ends', async () => {
  const ending = await startService();
  const url = await ending.listen();
  using staying = await greetedVerifier(url, ending.operatorToken);
  const began = performance.now();
  const trust = await askTrust(staying);
  const ended = ending.verifiers.close();
  await staying.next('moving');
  expect(await staying.closed).toBe(4503);
  await ended;
  expect(performance.now() - began).toBeGreaterThan(trust * 0.9);
});
