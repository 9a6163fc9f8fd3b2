import { methodNameOf } from './method-names.ts';
import { type Document, isForGateways, operationsOf } from './operations.ts';
import { type Body, nameOf, plainOf, type Schemas } from './schemas.ts';

type Entry = ReturnType<typeof operationsOf>[number];

/** One method of the typed client, in its group if it has one. */
interface Method {
  names: string[];
  /** The operation as `core/methods.ts` reads it. */
  told: string;
  declaration: string;
}

const schemaOf = (holder: Body | undefined) => holder?.content?.['application/json']?.schema;

/** `> ` and a field that the body of an answer has: the first one, and of a page that which only pages have. */
function fieldOf({ content }: Body, schemas: Schemas): string {
  if (!content) return '';
  if (content['text/plain']) return '> text';
  const { required = [] } = plainOf(schemaOf({ content }) ?? {}, schemas);
  return `> ${required.includes('nextCursor') ? 'nextCursor' : required[0]}`;
}

/** The comment of a method: what the document says of its operation. */
const comment = ({ method, path, operation }: Entry, indent: string) =>
  `${indent}/**\n${indent} * ${operation.summary}: \`${method.toUpperCase()} ${path}\`\n${indent} *\n${indent} * ${operation.description}\n${indent} */\n`;

function methodFor(contract: string, entry: Entry, schemas: Schemas): Method {
  const { method, path, operation } = entry;
  const operationId = operation.operationId ?? '';
  const names = methodNameOf(contract, { path, operationId });
  const parameters = (operation.parameters ?? []) as { in: string; name: string; required?: boolean }[];
  const has = (place: string, name?: string) =>
    parameters.some((one) => one.in === place && (!name || one.name === name));
  const requestBody = operation.requestBody as (Body & { required?: boolean }) | undefined;
  const type = `operations['${operationId}']`;

  const marks = [
    requestBody ? 'body' : has('query') ? 'query' : '',
    has('query', 'cursor') ? 'paged' : '',
    has('header', 'Idempotency-Key') ? 'keyed' : '',
  ];
  const body = nameOf(schemaOf(requestBody)) || `Body<${type}>`;
  const mustHaveOptions = parameters.some((one) => one.in === 'header' && one.required);
  const taken = [
    ...Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => `${name}: string`),
    requestBody ? `body${requestBody.required || mustHaveOptions ? '' : '?'}: ${body}` : '',
    !requestBody && has('query') ? `query?: Query<${type}>` : '',
    `options${mustHaveOptions ? '' : '?'}: Options<${type}>`,
  ];

  const successes = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
  const answers = successes.map(([, response]) => {
    const { content } = response as Body;
    if (!content) return 'void';
    return content['text/plain'] ? 'string' : nameOf(schemaOf({ content })) || `Data<${type}>`;
  });
  const answer = [...new Set(answers)].join(' | ');
  const fields = successes.map(([, response]) => fieldOf(response as Body, schemas));
  const returned = marks.includes('paged')
    ? `Pages<${nameOf(schemas[answer]?.properties?.data?.items)}, ${answer}>`
    : `Promise<${answer}>`;

  const indent = '  '.repeat(names.length);
  return {
    names,
    told: [method.toUpperCase(), path, ...marks, ...new Set(fields)].filter(Boolean).join(' '),
    declaration: `${comment(entry, indent)}${indent}${names.at(-1)}(${taken.filter(Boolean).join(', ')}): ${returned};\n`,
  };
}

/**
 * The module that tells the typed client the operations of a contract, and declares its methods.
 * @throws Error where two operations would have the same name
 */
export function operationsModule(
  contract: string,
  document: Document,
  { schema, from }: { schema: string; from: string },
): string {
  const schemas = (document.components?.schemas ?? {}) as Schemas;
  const methods = operationsOf(document)
    .filter(({ operation }) => !isForGateways(operation))
    .map((entry) => methodFor(contract, entry, schemas));
  const groups = Map.groupBy(methods, ({ names }) => (names.length > 1 ? (names[0] ?? '') : ''));
  const taken = new Set<string>();
  for (const { names } of methods) {
    const name = names.join('.');
    if (taken.has(name) || (names.length === 1 && groups.has(name)))
      throw new Error(
        `Two operations of ${contract} are called ${name} in the typed client: see scripts/support/method-names.ts.`,
      );
    taken.add(name);
  }

  let table = '';
  let declarations = '';
  for (const [group, members] of groups) {
    const indent = group ? '    ' : '  ';
    const told = members.map(({ names, told }) => `${indent}${names.at(-1)}: '${told}',\n`).join('');
    const declared = members.map(({ declaration }) => declaration).join('');
    table += group ? `  ${group}: {\n${told}  },\n` : told;
    declarations += group ? `  ${group}: {\n${declared}  };\n` : declared;
  }

  const used = (name: string) =>
    new RegExp(`\\b${name}\\b`).test(declarations.replaceAll(/\/\*\*.*?\*\//gs, ''));
  const imports = (names: string[], module: string) =>
    names.some(used) ? `import type { ${names.filter(used).join(', ')} } from '${module}';\n` : '';
  return `// Generated from ${from} by \`npm run spec\`: change api/ instead.

import type { Operations } from './core/methods.ts';
${imports(['Pages'], './core/pages.ts')}${imports(['Body', 'Data', 'Options', 'Query'], './core/types.ts')}${imports(['operations', ...Object.keys(schemas)], schema)}
/** The operations, as \`methodsOf\` reads them. */
export const operationTable: Operations = {
${table}};

/** A method for each operation. */
export interface Methods {
${declarations}}
`;
}
