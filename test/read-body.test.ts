import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { BodyTooLarge } from '../server/errors.ts';
import { readBody } from '../server/process/read-body.ts';

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

test('of a body above the limit nothing is kept, however much of it comes', async () => {
  const incoming = new PassThrough();
  const read = readBody(incoming, 3);
  incoming.write('abcd');
  await expect(read).rejects.toThrow(BodyTooLarge);
  // As whoever empties the connection does.
  expect(incoming.listenerCount('data')).toBe(0);
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
