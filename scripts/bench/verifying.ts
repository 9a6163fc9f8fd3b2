import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';

/**
 * Verifies hot tokens in this process, on whatever runtime it is, in turn with the least that it can take: SHA-512 and a
 * look-up in a Map. Writes a JSON line: nanoseconds for each, of each round.
 */

const { URL: baseUrl = '', TOKEN = '', TOKENS = '', ROUNDS = '' } = process.env;
/** Between two slices the event loop goes on, or the verifier could hear nothing. */
const slice = 10_000;
const slicesPerRound = 30;

const tokens = readFileSync(TOKENS, 'utf8').trim().split('\n');
const verifier = await createVerifier({ baseUrl, token: TOKEN });
await Promise.all(tokens.map(async (token) => verifier.verify(token)));
const known = new Map(tokens.map((token) => [hash('sha512', token, 'hex'), token]));

// A token comes as bytes of a request, and its text is made anew each time.
const received = tokens.map((token) => Buffer.from(token));
let at = 0;
const next = () => {
  at = (at + 1) % received.length;
  return received[at]?.toString('latin1') ?? '';
};

/** Milliseconds for a slice. @throws where one was not accepted at once */
function time(accepts: (token: string) => boolean): number {
  const began = performance.now();
  for (let count = 0; count < slice; count += 1)
    if (!accepts(next())) throw new Error('A token was not accepted at once.');
  return performance.now() - began;
}

const sides = {
  verify: (token: string) => (verifier.verify(token) as { valid?: boolean }).valid === true,
  least: (token: string) => known.has(hash('sha512', token, 'hex')),
};
const rounds = [];
for (let round = 0; round <= Number(ROUNDS); round += 1) {
  const spent = { verify: 0, least: 0 };
  for (let count = 0; count < slicesPerRound; count += 1)
    for (const side of ['verify', 'least'] as const) {
      spent[side] += time(sides[side]);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  // The first warms up.
  const each = (milliseconds: number) => (milliseconds * 1e6) / (slice * slicesPerRound);
  if (round > 0) rounds.push({ verify: each(spent.verify), least: each(spent.least) });
}
console.log(JSON.stringify(rounds));
await verifier.close();
process.exit();
