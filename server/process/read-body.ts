import type { Readable } from 'node:stream';
import { BodyTooLarge } from '../errors.ts';

/**
 * The bytes of a body as Node received them, without the copies that a Request makes of them.
 * @throws BodyTooLarge when there are more than `limit`; the rest is not read
 * @throws Error where the client hangs up
 */
export function readBody(incoming: Readable, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= limit) return;
      incoming.pause();
      reject(new BodyTooLarge(limit));
    });
    incoming.once('end', () => {
      const [only] = chunks;
      resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    incoming.once('error', reject);
    // It comes after each request: an error is made only where it is one.
    incoming.once('close', () => {
      if (!incoming.readableEnded) reject(new Error('The client hung up.'));
    });
  });
}
