/** Starts the service on Node. Plain JavaScript, so that a Node too old to run TypeScript says so in one line. */
import module from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// Older ones cannot answer a request that offers an upgrade as if it did not: `shouldUpgradeCallback` of node:http.
const isNewEnough = (major === 22 && minor >= 21) || (major === 24 && minor >= 9) || major > 24;

if (isNewEnough && process.features.typescript) {
  // Written when the process ends, for the next start. Not in the directory for temporary files, which Node would take:
  // others can write there, and this is code. Where the install cannot be written, nothing is kept.
  module.enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/latchkey'));
  await import('./node.ts');
} else {
  console.error(
    `Latchkey needs Node 22.21 or a later 22, or 24.9 or later, and this is ${process.versions.node}: install a newer one, or run npm install without --omit=dev, which brings one.`,
  );
  process.exitCode = 1;
}
