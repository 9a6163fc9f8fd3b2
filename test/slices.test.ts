import { type Context, Hono } from 'hono';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Env } from '../server/http/env.ts';
import { Json, Text } from '../server/http/reply.ts';
import { respond } from '../server/http/respond.ts';
import { sendBytes } from '../server/http/slices.ts';

/** Answers that their clients do not read, or read slowly. Here a client is whoever holds the body. */

const MiB = 2 ** 20;
const slice = 65_536;
const script = new Uint8Array(MiB).map((_, index) => index % 251);

const answered = (c: Context<Env>, made: unknown) =>
  respond(made, 200, { requestId: 'a', disconnect: c.env?.disconnect });
const app = new Hono<Env>()
  .get('/script', (c) => sendBytes(c, script, { 'Content-Type': 'text/javascript' }))
  .get('/json', (c) => answered(c, '€'.repeat(slice)))
  .get('/own/:MiB', (c) => answered(c, new Text('a'.repeat(Number(c.req.param('MiB')) * MiB), 'text/plain')))
  .get('/texts/:count', (c) =>
    answered(c, Json.list('data', Array(Number(c.req.param('count'))).fill(Json.of('€'.repeat(1_000))))),
  );

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const open = async (path: string, disconnect?: () => void) => {
  const { body } = await app.request(path, {}, { disconnect });
  if (!body) throw new Error('There is no body.');
  return body.getReader();
};

test('a large answer comes whole, with its length', async () => {
  const answer = await app.request('/script');
  expect(answer.headers.get('content-length')).toBe(String(MiB));
  expect(Buffer.from(await answer.arrayBuffer()).equals(script)).toBe(true);

  const json = await app.request('/json');
  expect(json.headers.get('content-length')).toBe(String(3 * slice + 2));
  expect(await json.json()).toBe('€'.repeat(slice));
});

test('a slice is handed out when the one before is taken, and is no copy', async () => {
  const reader = await open('/script');
  const { value } = await reader.read();
  expect(value?.length).toBe(slice);
  expect(value?.buffer).toBe(script.buffer);
  await reader.cancel();
});

test('a text in parts comes whole, with its length, and is encoded slice by slice', async () => {
  for (const count of [1, 1_000]) {
    const answer = await app.request(`/texts/${count}`);
    const expected = JSON.stringify({ data: Array(count).fill('€'.repeat(1_000)) });
    if (count > 1) expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(expected)));
    expect(await answer.text()).toBe(expected);
  }
  const reader = await open('/texts/1000');
  for (let { value } = await reader.read(); value; { value } = await reader.read())
    expect(value.length).toBeLessThanOrEqual(3 * (slice + 1_000));
});

test('a client that takes nothing for 30 s is cut off, and one that goes on is not', async () => {
  const [slow, steady] = [await open('/script'), await open('/script')];
  await slow.read();
  for (let seconds = 0; seconds < 40; seconds += 10) {
    await steady.read();
    vi.advanceTimersByTime(10_000);
  }
  await expect(slow.read()).rejects.toThrow('A client that did not read its answer was cut off.');
  expect((await steady.read()).value?.length).toBe(slice);
  await steady.cancel();
});

test('a client is cut off by closing its connection, if the runtime can', async () => {
  const disconnect = vi.fn();
  const reader = await open('/script', disconnect);
  await reader.read();
  vi.advanceTimersByTime(30_000);
  expect(disconnect).toHaveBeenCalledOnce();
  await reader.cancel();
});

test('when more than 64 MiB of answers are unread, the oldest are cut off', async () => {
  const cutOff: number[] = [];
  const readers = [];
  for (let index = 0; index < 10; index += 1) {
    const reader = await open('/own/9', () => cutOff.push(index));
    await reader.read();
    readers.push(reader);
  }
  expect(cutOff).toEqual([0, 1, 2]);

  // Who has read theirs makes room.
  for (const reader of readers.slice(3)) while (!(await reader.read()).done);
  const last = await open('/own/60', () => cutOff.push(10));
  await last.read();
  expect(cutOff).toEqual([0, 1, 2]);
  await last.cancel();
});
