import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';

/**
 * A process of the product, started with `fork`: it verifies the tokens that it is told to, all the time, and tells how
 * that went. Times are of the system's monotonic clock, which all processes of a machine share.
 */

/** What it is told. */
export type Order =
  | { kind: 'watch'; token: string }
  /** To tell about a token, and forget it. */
  | { kind: 'report'; token: string }
  /** To do nothing for so many milliseconds, not even to read what it is sent. */
  | { kind: 'block'; milliseconds: number };

/** What it tells. */
export type Report =
  | { kind: 'ready' }
  | {
      kind: 'report';
      token: string;
      /** When the last verification began that accepted it, in milliseconds; absent: none did. */
      acceptedAt?: number;
      verifications: number;
      /** How many of them were answered from memory. */
      known: number;
      /** How many were answered by nobody. */
      failed: number;
    };

interface Watched {
  acceptedAt?: number;
  verifications: number;
  known: number;
  failed: number;
  /** The service is being asked. */
  isAsked: boolean;
}

const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (report: Report) => process.send?.(report);

const [baseUrl = '', token = '', scope = ''] = process.argv.slice(2);
const watched = new Map<string, Watched>();

const block = (milliseconds: number) => {
  const until = now() + milliseconds;
  while (now() < until);
};

process.on('message', (order: Order) => {
  if (order.kind === 'block') block(order.milliseconds);
  else if (order.kind === 'watch')
    watched.set(order.token, { verifications: 0, known: 0, failed: 0, isAsked: false });
  else {
    const { isAsked, ...seen } = watched.get(order.token) ?? { verifications: 0, known: 0, failed: 0 };
    watched.delete(order.token);
    tell({ kind: 'report', token: order.token, ...seen });
  }
});
process.on('disconnect', () => process.exit());

const verifier = await createVerifier({ baseUrl, token });
tell({ kind: 'ready' });

const asked = { scopes: [scope] };
for (;;) {
  for (const [token, seen] of watched) {
    if (seen.isAsked) continue;
    const began = now();
    seen.verifications += 1;
    const verdict = verifier.verify(token, asked);
    const note = ({ valid }: { valid: boolean }) => {
      if (valid) seen.acceptedAt = began;
    };
    if (!(verdict instanceof Promise)) {
      seen.known += 1;
      note(verdict);
      continue;
    }
    seen.isAsked = true;
    verdict
      .then(note, () => {
        seen.failed += 1;
      })
      // What is asked for each time would leave the service no time for anything else.
      .then(() => (token.startsWith('eyJ') ? pause(50) : undefined))
      .finally(() => {
        seen.isAsked = false;
      });
  }
  await pause(verifier.isTrusted ? 2 : 50);
}
