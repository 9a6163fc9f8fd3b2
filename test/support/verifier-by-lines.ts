import process from 'node:process';
import { createInterface } from 'node:readline';
import { createVerifier } from '../../clients/typescript/verifier/verifier.ts';

/**
 * A process of the product, on any runtime: it verifies each token that it reads as a line, and writes a line about it. It
 * closes its verifier when its input ends.
 */

const [baseUrl = '', token = ''] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const verifier = await createVerifier({ baseUrl, token });
say({ isTrusted: verifier.isTrusted });

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const verdict = verifier.verify(line);
  say({ isKnown: !(verdict instanceof Promise), verdict: await verdict });
});
lines.on('close', async () => {
  await verifier.close();
  process.exit();
});
