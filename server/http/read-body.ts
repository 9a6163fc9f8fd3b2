import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { BodyTooLarge } from '../errors.ts';

/**
 * How much of a body that is too large is received and dropped before it is refused. A connection that is closed with
 * unread bytes is reset, so a client that sends its whole body before it reads would never see the answer. nginx calls
 * this a lingering close.
 */
export const maxDropped = 1_048_576;

/** The stream of a request; `complete` once all of it was received. */
type Body = Readable & Partial<Pick<IncomingMessage, 'complete'>>;

/**
 * The bytes of a body as Node received them, without the copies that a Request makes. They are returned synchronously if
 * all of them are there, as with small bodies when requests are handled per turn (process/per-turn.ts).
 * @throws BodyTooLarge when there are more than `maxBytes`: at the end of the body, or `maxDropped` beyond that
 * @throws Error if the client hangs up
 */
export function readBody(incoming: Body, maxBytes: number): Uint8Array | Promise<Uint8Array> {
  if (!incoming.complete || incoming.destroyed) return receive(incoming, maxBytes);
  const bytes: Buffer | null = incoming.read();
  if (bytes && bytes.length > maxBytes) throw new BodyTooLarge(maxBytes);
  return bytes ?? new Uint8Array();
}

function receive(incoming: Body, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // 'close' was emitted already, and will not be emitted again.
    if (incoming.destroyed) return reject(hungUp());
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return chunks.push(chunk);
      chunks.length = 0;
      if (bytes <= maxBytes + maxDropped) return;
      incoming.pause().off('data', take);
      return reject(new BodyTooLarge(maxBytes));
    };
    incoming.on('data', take);
    incoming.once('end', () => {
      if (bytes > maxBytes) return reject(new BodyTooLarge(maxBytes));
      const [only] = chunks;
      return resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    incoming.once('error', reject);
    // Emitted after every request. An Error is made only if the client hung up: its stack is expensive.
    incoming.once('close', () => {
      if (!incoming.readableEnded) reject(hungUp());
    });
  });
}

const hungUp = () => new Error('The client hung up.');
