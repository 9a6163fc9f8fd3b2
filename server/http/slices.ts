import type { Context } from 'hono';
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

/**
 * The body of an answer: bytes that all answers share, or texts that were made for this one alone. Texts are encoded slice
 * by slice, so that a large answer does not block the event loop.
 */
type Content = { bytes: Uint8Array } | { texts: readonly string[] };

const lengthOf = (content: Content) =>
  'bytes' in content
    ? content.bytes.length
    : content.texts.reduce((length, text) => length + Buffer.byteLength(text), 0);

function* slicesOf(content: Content): Generator<Uint8Array, undefined> {
  if ('bytes' in content) return yield* slicesOfBytes(content.bytes);
  const encoder = new TextEncoder();
  let text = '';
  for (const next of content.texts) {
    text += next;
    if (text.length < slice) continue;
    yield* slicesOfBytes(encoder.encode(text));
    text = '';
  }
  yield* slicesOfBytes(encoder.encode(text));
}

function* slicesOfBytes(bytes: Uint8Array): Generator<Uint8Array, undefined> {
  for (let at = 0; at < bytes.length; at += slice) yield bytes.subarray(at, at + slice);
}

/** Whether texts are together large enough to be sent in slices. */
export const isLarge = (texts: readonly string[]): boolean =>
  texts.reduce((length, text) => length + text.length, 0) > slice;

/**
 * An answer in slices, and its length in bytes. The runtime gets the next slice when the client has read the one
 * before: given all bytes at once, it keeps a copy of them for every client that does not read. A client that reads
 * nothing for 30 s is cut off.
 * @param disconnect closes the connection. Without it the stream fails, and the runtime closes the connection
 */
export function streamOf(
  content: Content,
  disconnect: (() => void) | undefined,
): { stream: ReadableStream<Uint8Array>; length: number } {
  const length = lengthOf(content);
  const isOwn = 'texts' in content;
  const id = Symbol('answer');
  // The only reference to the content: the runtime may hold a stream long after its client was cut off.
  let left: ReturnType<typeof slicesOf> | undefined = slicesOf(content);
  let isBegun = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const forget = () => {
    clearTimeout(timer);
    left = undefined;
    if (unread.delete(id)) unreadBytes -= length;
  };
  const stream = new ReadableStream(
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
  return { stream, length };
}

/** Sends bytes that all answers share, in slices. */
export function sendBytes(
  { env }: Context<Env>,
  bytes: Uint8Array,
  headers: Record<string, string>,
): Response {
  const { stream, length } = streamOf({ bytes }, env?.disconnect);
  return new Response(stream, { headers: { ...headers, 'Content-Length': String(length) } });
}

/**
 * Counts an answer as unread. Beyond 64 MiB, the clients of the oldest answers are cut off: a client that reads has read
 * its answer by then. Refusing new answers (503) instead would let one client that does not read block all others.
 */
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
