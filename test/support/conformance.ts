import { nameOf, operations, type Schema } from './operations.ts';
import { faultsIn, strict } from './schemas.ts';

const places = operations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Which documented operation a request is for; a path without parameters goes first. */
const operationFor = (method: string, path: string) =>
  places
    .filter(({ operation, pattern }) => operation.method === method && pattern.test(path))
    .sort((a, b) => a.operation.path.split('{').length - b.operation.path.split('{').length)[0]?.operation;

const stricter = new Map<Schema, Schema>();

/** What is wrong with a body that may have no property but the documented ones. */
function faultsInBody(schema: Schema, body: unknown) {
  const exact = stricter.get(schema) ?? strict(schema);
  stricter.set(schema, exact);
  return faultsIn(exact, body);
}

/**
 * Throws where an answer is not one that its contract documents: the status, the content type, the headers, and the
 * body down to its last property.
 */
export async function assertConforms(request: Request, response: Response): Promise<void> {
  const path = new URL(request.url).pathname;
  const fail = (why: string): never => {
    throw new Error(`${request.method} ${path} answered ${response.status}: ${why}`);
  };
  if (response.status >= 500 && response.status !== 503) fail(await response.clone().text());
  if (!response.headers.get('x-request-id')) fail('no x-request-id');
  if (response.status === 401 && response.headers.get('www-authenticate')?.includes('insufficient_scope'))
    fail('insufficient_scope, which is for 403');
  const operation = operationFor(request.method, path);
  if (!operation || response.status === 405) return;
  const documented = operation.responses[response.status] ?? fail(`not documented for ${nameOf(operation)}`);
  for (const [header, { required }] of Object.entries(documented.headers ?? {}))
    if (required && !response.headers.has(header)) fail(`no ${header}, which is documented as required`);
  const text = await response.clone().text();
  if (!documented.content) return text === '' ? undefined : fail(`a body where none is documented: ${text}`);
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const { schema } = documented.content[type] ?? fail(`content type ${type} is not documented`);
  const faults = faultsInBody(schema, type === 'text/plain' ? text : JSON.parse(text));
  if (faults.length > 0) fail(`${JSON.stringify(faults)} in ${text}`);
}
