import type { Readable } from 'node:stream';
import { BodyTooLarge } from '../errors.ts';

/**
 * The bytes of a body as Node received them, without the copies that a Request makes of them.
 * @throws BodyTooLarge when there are more than `limit`; the rest is not read
 * @throws Error where the client hangs up
 */
export function readBody(incoming: Readable, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // Its 'close' was emitted already, and will not be again.
    if (incoming.destroyed) return reject(hungUp());
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) return chunks.push(chunk);
      // Else draining the connection afterwards would go on filling `chunks`.
      incoming.pause().off('data', take);
      return reject(new BodyTooLarge(limit));
    };
    incoming.on('data', take);
    incoming.once('end', () => {
      const [only] = chunks;
      resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    incoming.once('error', reject);
    // Emitted after every request: an Error is made only where it is one, since its stack is dear.
    incoming.once('close', () => {
      if (!incoming.readableEnded) reject(hungUp());
    });
  });
}

const hungUp = () => new Error('The client hung up.');
