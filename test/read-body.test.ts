import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BodyTooLarge } from '../server/errors.ts';
import { maxDropped, readBody } from '../server/http/read-body.ts';

/** How Node's own stream of a request is read. */

test('a body comes whole, from however many chunks', async () => {
  for (const chunks of [[], ['abc'], ['a', 'bc']]) {
    const incoming = new PassThrough();
    const read = readBody(incoming, 3);
    for (const chunk of chunks) incoming.write(chunk);
    incoming.end();
    expect(Buffer.from(await read).toString()).toBe(chunks.join(''));
  }
});

test('a body that was received before it is read is there at once, and bounded too', async () => {
  const received = (body: string) => {
    const incoming = Object.assign(new PassThrough(), { complete: true });
    incoming.end(body);
    return incoming;
  };
  expect(readBody(received(''), 3)).toEqual(new Uint8Array());
  const three = received('abc');
  expect(Buffer.from(readBody(three, 3) as Uint8Array).toString()).toBe('abc');
  await once(three.resume(), 'end');
  const four = received('abcd');
  expect(() => readBody(four, 3)).toThrow(BodyTooLarge);
});

test('a body above the limit is refused at its end, and nothing of it is kept', async () => {
  const incoming = new PassThrough();
  const read = readBody(incoming, 3);
  incoming.write('abcd');
  // By then the stream has delivered it.
  await setImmediate();
  const unsettled = Symbol();
  expect(await Promise.race([read, unsettled])).toBe(unsettled);
  incoming.end();
  await expect(read).rejects.toThrow(BodyTooLarge);
});

test('a body that is far above the limit is refused before its end, and read no further', async () => {
  const incoming = new PassThrough();
  const read = readBody(incoming, 3);
  incoming.write(Buffer.alloc(maxDropped + 4));
  await expect(read).rejects.toThrow(BodyTooLarge);
  expect(incoming.listenerCount('data')).toBe(0);
  expect(incoming.isPaused()).toBe(true);
});

test('a client that hangs up ends the reading, also one that had before it began', async () => {
  const early = new PassThrough();
  early.write('half');
  early.destroy();
  await new Promise((resolve) => early.once('close', resolve));
  await expect(readBody(early, 10)).rejects.toThrow('The client hung up.');

  const late = new PassThrough();
  const read = readBody(late, 10);
  late.write('half');
  late.destroy();
  await expect(read).rejects.toThrow('The client hung up.');
});
