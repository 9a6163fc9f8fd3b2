import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createVerifier, type Verifier } from '../../clients/typescript/verifier/verifier.ts';

/**
 * Many verifiers in one process, started with `fork`. It tells when all are trusted. If there is a token to verify, each
 * verifies it once a second, and how that went is told on any message, when all are trusted again.
 */

export interface Followed {
  verifications: number;
  failed: number;
  /** How many verifiers were blind at some time. */
  blind: number;
  /** How long at least one of them was, in milliseconds. */
  blindFor: number;
}

const [baseUrl = '', token = '', count = '', watched = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit());

let verifications = 0;
let failed = 0;
const everBlind = new Set<number>();
const blind = new Set<number>();
let blindSince = 0;
let blindFor = 0;

const open = (index: number) =>
  createVerifier({
    baseUrl,
    token,
    cacheMb: 1,
    onChange(state) {
      if (state === 'blind') {
        if (blind.size === 0) blindSince = performance.now();
        blind.add(index);
        everBlind.add(index);
      } else if (blind.delete(index) && blind.size === 0) blindFor += performance.now() - blindSince;
    },
  });
const verifiers: Verifier[] = [];
while (verifiers.length < Number(count)) {
  const some = Array.from({ length: Math.min(50, Number(count) - verifiers.length) }, (_, index) =>
    open(verifiers.length + index),
  );
  verifiers.push(...(await Promise.all(some)));
}

const allTrusted = async () => {
  while (!verifiers.every(({ isTrusted }) => isTrusted)) await pause(10);
};
await allTrusted();
process.send?.('trusted');

process.on('message', async () => {
  await allTrusted();
  const followed: Followed = { verifications, failed, blind: everBlind.size, blindFor };
  process.send?.(followed);
});

for (let turn = 0; watched; turn += 1) {
  for (const [index, verifier] of verifiers.entries()) {
    if (index % 10 !== turn % 10) continue;
    verifications += 1;
    Promise.resolve(verifier.verify(watched)).then(
      ({ valid }) => {
        if (!valid) failed += 1;
      },
      () => {
        failed += 1;
      },
    );
  }
  await pause(100);
}
