import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cutOffSilent, oneAtATime } from '../server/http/one-at-a-time.ts';

let server: Server;
let socket: Socket;
/** The requests that the service was given and has not answered, by their path. */
let given: Map<string, ServerResponse>;

beforeEach(async () => {
  given = new Map();
  server = createServer(
    oneAtATime(({ url = '' }, response) => {
      given.set(url, response);
      server.emit('given', url);
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  socket = connect(port, '127.0.0.1').setEncoding('latin1');
});

afterEach(() => {
  socket.destroy();
  server.close();
});

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const answer = (path: string, text: string) => given.get(path)?.end(text);

test('requests sent ahead on a connection are handled one at a time, in their order', async () => {
  socket.write(get('/1') + get('/2') + get('/3'));
  for (const path of ['/1', '/2', '/3']) {
    await once(server, 'given');
    expect([...given.keys()].at(-1)).toBe(path);
    expect(given.size).toBe(Number(path.slice(1)));
    answer(path, `answer${path}`);
  }
  let read = '';
  while (!read.includes('answer/3')) read += (await once(socket, 'data'))[0];
  expect(read.match(/answer\/\d/g)).toEqual(['answer/1', 'answer/2', 'answer/3']);
});

test('what was sent after the last answer of a connection is not handled', async () => {
  socket.write(get('/1') + get('/2'));
  await once(server, 'given');
  given.get('/1')?.setHeader('Connection', 'close').end();
  await once(socket.resume(), 'close');
  expect([...given.keys()]).toEqual(['/1']);
});

test('what was sent ahead by a client that has gone is not handled', async () => {
  socket.write(get('/1') + get('/2'));
  await once(server, 'given');
  socket.destroy();
  await once(given.get('/1') as ServerResponse, 'close');
  expect([...given.keys()]).toEqual(['/1']);
});

test('a client that sends more than 100 requests ahead is cut off', async () => {
  socket.resume().write(Array.from({ length: 102 }, (_, index) => get(`/${index}`)).join(''));
  await once(socket, 'close');
  expect([...given.keys()]).toEqual(['/0']);
});

test('a client that waits long for its response is not cut off, and one that then says nothing is', async () => {
  cutOffSilent(server, 50);
  server.keepAliveTimeout = 50;
  socket.write(get('/1'));
  await once(server, 'given');
  await once(server, 'timeout');
  answer('/1', 'late');
  let read = '';
  await once(
    socket.on('data', (text) => {
      read += text;
    }),
    'close',
  );
  expect(read).toContain('late');
});

test('a client that does not read its response is cut off', async () => {
  cutOffSilent(server, 50);
  socket.pause().write(get('/1'));
  await once(server, 'given');
  answer('/1', 'much'.repeat(16 * 2 ** 20));
  await once(given.get('/1') as ServerResponse, 'close');
  expect(socket.bytesRead).toBeLessThan(64 * 2 ** 20);
});
