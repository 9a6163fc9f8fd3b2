/** Starts the service on Node. Plain JavaScript, so that a Node too old to run TypeScript says so in one line. */
import process from 'node:process';

if (process.features.typescript) await import('./node.ts');
else {
  console.error(
    `Latchkey needs Node 22.18 or later, and this is ${process.versions.node}: install a newer one, or run npm install without --omit=dev, which brings one.`,
  );
  process.exitCode = 1;
}
