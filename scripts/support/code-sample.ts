import { methodNameOf } from './method-names.ts';
import type { Document, Operation } from './operations.ts';
import { type Body, exampleOf, plainOf, type Schema, type Schemas } from './schemas.ts';

/** Stands in an example for the value of a field that has none. */
const variable = (field: string) => `<${field}>`;

/** The example of a JSON body. A schema without one is shown by the fields that it requires. */
function bodyExample({ requestBody }: Operation, { components }: Document): unknown {
  const content = (requestBody as Body | undefined)?.content?.['application/json'];
  const schemas = (components?.schemas ?? {}) as Schemas;
  return content && (exampleOf(content, schemas) ?? requiredFields(plainOf(content.schema ?? {}, schemas)));
}

const requiredFields = ({ required = [], properties = {} }: Schema) =>
  Object.fromEntries(required.map((field) => [field, properties[field]?.example ?? variable(field)]));

/** What stands for the parameters of paths. */
const exampleIds: Record<string, string> = {
  accountId: 'acc_6921a5c0b281af121fcda4ce',
  keyId: 'key_6921a5d4b281af121fcda4cf',
  roleId: 'role_6921a5e3b281af121fcda4d0',
  sessionId: 'session_6921a5c9b281af121fcda4cd',
};

/** A value as TypeScript, where a string of its field's own name in angle brackets is a variable. */
const literal = (value: unknown) =>
  JSON.stringify(value, null, 2)
    .replaceAll(/"([A-Za-z]\w*)":/g, '$1:')
    .replaceAll(/(\w+): "<\1>"/g, '$1')
    .replaceAll(/\[\s+("[^"]*")\s+\]/g, '[$1]')
    .replaceAll('"', "'");

/** How the typed client makes this call, with the operation's own examples and otherwise with variables. */
export function codeSample(path: string, operation: Operation, document: Document): string {
  const { operationId = '', security, parameters = [], responses } = operation;
  const anyone = !security?.length || security.some((callers) => Object.keys(callers).length === 0);
  const inputs = parameters.flatMap((one) => ('$ref' in one ? [] : one));
  const body = bodyExample(operation, document);
  const args = [
    ...Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => literal(exampleIds[name])),
    ...(body ? [literal(body)] : []),
    ...(inputs.some((one) => one.in === 'header' && one.required) ? ['{ headers }'] : []),
  ];
  const call = `latchkey.${methodNameOf('latchkey', { path, operationId }).join('.')}(${args.join(', ')})`;
  const isList = inputs.some(({ name }) => name === 'cursor');
  const isEmpty = Object.keys(responses ?? {}).includes('204');
  return `import { createLatchkey } from '@latchkey/client';

const latchkey = createLatchkey({
  baseUrl: 'http://127.0.0.1:8787',${anyone ? '' : '\n  token,'}
});
${isList ? `for await (const item of ${call})\n  console.log(item);` : `${isEmpty ? '' : 'const result = '}await ${call};`}
`;
}
