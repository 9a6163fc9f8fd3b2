/**
 * Writes what is generated from the contracts: spec/*.json, the same as Markdown, spec/operations.txt, and the typed
 * client's types and operations.
 * With --check it writes nothing, and fails where a file is not what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { typesOf } from '@latchkey/openapi-types';
import { verifierDocument } from '../api/verifier-document.ts';
import { contractNames } from '../decide/contracts.ts';
import manifest from '../package.json' with { type: 'json' };
import { clientContracts, documentOf } from './support/document.ts';
import { operationsOf } from './support/operations.ts';
import { referenceOf } from './support/reference.ts';
import { operationsModule } from './support/typed-client.ts';

const check = process.argv.includes('--check');
const root = new URL('../', import.meta.url);
const documents = Object.fromEntries(contractNames.map((name) => [name, documentOf(name)]));

const files: Record<string, string> = {};
for (const [name, document] of Object.entries(documents)) {
  files[`spec/${name}.json`] = `${JSON.stringify(document, null, 2)}\n`;
  files[`spec/${name}.md`] = referenceOf(document);
}

files['spec/verifier.asyncapi.json'] = `${JSON.stringify(verifierDocument(manifest.version), null, 2)}\n`;

files['spec/operations.txt'] = Object.entries(documents)
  .flatMap(([name, document]) =>
    operationsOf(document).map(
      ({ method, path, operation }) =>
        `${name.padEnd(9)}${method.toUpperCase().padEnd(7)}${path.padEnd(40)}${operation.operationId}\n`,
    ),
  )
  .join('');

/** A document for TypeScript, which has one kind of number: `int64` in a doc comment would say nothing true. */
const withoutIntegerFormats = (document: object) =>
  JSON.stringify(document, (key, value) =>
    key === 'format' && /^int(?:32|64)$/.test(value) ? undefined : value,
  );

// The typed client has the types of each contract that it speaks, and its operations; ours is the client's main module.
for (const name of clientContracts) {
  const document = documentOf(name);
  const prefix = name === 'latchkey' ? '' : `${name}-`;
  files[`clients/typescript/${prefix}schema.gen.ts`] =
    `// Generated from spec/${name}.json by \`npm run spec\`: change api/ instead.\n\n${await typesOf(withoutIntegerFormats(document))}`;
  files[`clients/typescript/${prefix}operations.gen.ts`] = operationsModule(name, document, {
    schema: `./${prefix}schema.gen.ts`,
    from: `spec/${name}.json`,
  });
}

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
