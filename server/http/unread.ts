import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Peer } from './client.ts';
import type { Env } from './env.ts';

/** The size of a slice in bytes. Larger answers are sent in slices. */
const slice = 65_536;
/** How long a client may take to read a slice, in milliseconds. */
const patience = 30_000;
/** How many bytes of answers may be unread, over all connections. */
const maxUnread = 64 * 2 ** 20;

/** For each unread answer, the function that cuts off its client; the oldest first. */
const unread = new Map<symbol, () => void>();
let unreadBytes = 0;

/** The body of an answer. Texts are encoded slice by slice, so that many do not hold up the event loop. */
type Content = { bytes: Uint8Array } | { texts: readonly string[] };

const lengthOf = (content: Content) =>
  'bytes' in content
    ? content.bytes.length
    : content.texts.reduce((length, text) => length + Buffer.byteLength(text), 0);

function* slicesOf(content: Content): Generator<Uint8Array, undefined> {
  if ('bytes' in content) {
    for (let at = 0; at < content.bytes.length; at += slice) yield content.bytes.subarray(at, at + slice);
    return;
  }
  const encoder = new TextEncoder();
  let text = '';
  for (const next of content.texts) {
    text += next;
    if (text.length < slice) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}

/** What an answer in slices is made of. */
type Large = Content & {
  headers: Record<string, string>;
  status?: ContentfulStatusCode | undefined;
  /**
   * Whether the bytes were made for this answer alone, and so count as unread. Beyond 64 MiB the clients of the oldest
   * answers are cut off; a client that reads has read its answer by then. Refusing new answers instead (503) would let
   * one client that does not read keep all others from their answers.
   */
  isOwn?: boolean;
};

/**
 * Answers in slices. The runtime gets the next slice when the client has read the one before: given
 * all bytes at once, it keeps a copy of them for every client that does not read. A client that reads nothing for 30 s
 * is cut off.
 */
export function inSlices(c: Context, { headers, status = 200, isOwn = false, ...content }: Large) {
  const { disconnect }: Partial<Peer> = c.env ?? {};
  const length = lengthOf(content);
  return c.body(streamOf(slicesOf(content), { length, disconnect, isOwn }), status, {
    ...headers,
    'Content-Length': String(length),
  });
}

/** @param disconnect closes the connection. Without it the stream fails, and the runtime closes the connection. */
function streamOf(
  slices: Iterator<Uint8Array, undefined>,
  { length, disconnect, isOwn }: { length: number; disconnect: (() => void) | undefined; isOwn: boolean },
): ReadableStream<Uint8Array> {
  const id = Symbol('answer');
  // The only reference to the content: the runtime may hold a stream long after its client was cut off.
  let left: typeof slices | undefined = slices;
  let isBegun = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const forget = () => {
    clearTimeout(timer);
    left = undefined;
    if (unread.delete(id)) unreadBytes -= length;
  };
  return new ReadableStream(
    {
      pull(controller) {
        clearTimeout(timer);
        const next = left?.next().value;
        if (!next) {
          forget();
          return controller.close();
        }
        const cutOff = () => {
          forget();
          if (disconnect) disconnect();
          else controller.error(new SlowReader());
        };
        // Not earlier: the body of a HEAD is never read, and never cancelled.
        if (isOwn && !isBegun) keep(id, length, cutOff);
        isBegun = true;
        controller.enqueue(next);
        timer = setTimeout(cutOff, patience);
      },
      cancel: forget,
    },
    { highWaterMark: 0 },
  );
}

/** Counts an answer as unread, and cuts off the oldest until there is room for it. */
function keep(id: symbol, bytes: number, cutOff: () => void): void {
  for (const cutOffOldest of unread.values()) {
    if (unreadBytes + bytes <= maxUnread) break;
    cutOffOldest();
  }
  unread.set(id, cutOff);
  unreadBytes += bytes;
}

/** The error of a stream whose client does not read. It has no stack, because Deno prints it to stderr. */
class SlowReader extends Error {
  constructor() {
    super('A client that did not read its answer was cut off.');
    this.name = 'SlowReader';
    delete this.stack;
  }
}

/** Answers with a JSON text that comes in parts. */
export function answerTexts(c: Context, texts: readonly string[]) {
  const headers = { 'Content-Type': 'application/json' };
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return length <= slice
    ? c.body(texts.join(''), 200, headers)
    : inSlices(c, { texts, headers, isOwn: true });
}

/** Has `c.json` send large answers in slices. */
export const largeJsonInSlices = createMiddleware<Env>(async (c, next) => {
  Object.assign(c, {
    json(object: unknown, status?: ContentfulStatusCode, headers?: Record<string, string>) {
      const text = JSON.stringify(object);
      const all = { 'Content-Type': 'application/json', ...headers };
      if (text.length <= slice) return c.body(text, status, all);
      return inSlices(c, { bytes: new TextEncoder().encode(text), status, headers: all, isOwn: true });
    },
  });
  await next();
});
