/**
 * Writes what is generated from the contracts: spec/*.json, spec/operations.txt and the typed client's types.
 * With --check it writes nothing, and fails where a file is not what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { contractNames, documentOf, operationsOf } from '../api/document.ts';

const check = process.argv.includes('--check');
const root = new URL('../', import.meta.url);
const documents = Object.fromEntries(contractNames.map((name) => [name, documentOf(name)]));

const files: Record<string, string> = {};
for (const [name, document] of Object.entries(documents))
  files[`spec/${name}.json`] = `${JSON.stringify(document, null, 2)}\n`;

files['spec/operations.txt'] = Object.entries(documents)
  .flatMap(([name, document]) =>
    operationsOf(document).map(
      ({ method, path, operation }) =>
        `${name.padEnd(9)}${method.toUpperCase().padEnd(7)}${path.padEnd(36)}${operation.operationId}\n`,
    ),
  )
  .join('');

const types = await openapiTypescript(JSON.stringify(documents.latchkey), {
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
files['clients/typescript/schema.gen.ts'] =
  `// Generated from spec/latchkey.json by \`npm run spec\`: change api/ instead.\n\n${astToString(types)}`;

let drifted = 0;
for (const [path, text] of Object.entries(files)) {
  const url = new URL(path, root);
  const stands = await readFile(url, 'utf8').catch(() => '');
  if (stands === text) continue;
  drifted += 1;
  if (check)
    console.error(`${path} is not what the contracts in api/ generate: run \`npm run spec\` and commit it.`);
  else {
    await writeFile(url, text);
    console.log(`${path} written`);
  }
}
if (check && drifted > 0) process.exit(1);
