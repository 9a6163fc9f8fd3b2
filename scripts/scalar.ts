/**
 * Writes server/pages/scalar.js.gz: the script of the docs page, from the development dependency @scalar/api-reference.
 * In production that package would be 300 MB for this one file.
 * With --check it writes nothing, and fails where the file is not what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';

const check = process.argv.includes('--check');
const path = 'server/pages/scalar.js.gz';
const url = new URL(`../${path}`, import.meta.url);

const installed = dirname(createRequire(import.meta.url).resolve('@scalar/api-reference'));
const script = await readFile(join(installed, 'browser', 'standalone.js'));
// Held against what it contains: versions of zlib compress the same script differently.
const stands = await readFile(url)
  .then(gunzipSync)
  .catch(() => undefined);

if (!stands?.equals(script)) {
  if (check) {
    console.error(
      `${path} is not the script of @scalar/api-reference: run \`npm run scalar\` and commit it.`,
    );
    process.exit(1);
  }
  await writeFile(url, gzipSync(script, { level: constants.Z_BEST_COMPRESSION }));
  console.log(`${path} written`);
}
