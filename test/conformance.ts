import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { documents } from '../server/docs.ts';

interface Operation {
  responses: Record<
    string,
    { headers?: Record<string, { required?: boolean }>; content?: Record<string, object> }
  >;
}

/** Makes unknown properties an error wherever a schema lists some: an answer says what is documented, and no more. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return 'properties' in copy && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}

const operations = Object.entries(documents).flatMap(([name, document]) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: name, ...(strict(document) as object) });
  return document.servers.flatMap(({ url: base }) =>
    Object.entries(document.paths).flatMap(([template, item]) =>
      Object.entries(item as Record<string, Operation>).map(([method, operation]) => {
        const path = new URL(base + template).pathname;
        const validators = new Map<string, ValidateFunction>();
        const validator = (status: string, type: string) => {
          const steps = ['paths', template, method, 'responses', status, 'content', type, 'schema'];
          const pointer = steps.map((step) =>
            encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')),
          );
          const ref = `${name}#/${pointer.join('/')}`;
          const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
          validators.set(ref, validate);
          return validate;
        };
        const pattern = new RegExp(
          `^${decodeURI(path)
            .replaceAll('.', '\\.')
            .replaceAll(/\{\w+\}/g, '[^/]+')}$`,
        );
        return { id: `${method.toUpperCase()} ${decodeURI(path)}`, method, pattern, operation, validator };
      }),
    ),
  );
});

/** Which documented operation a request is for; a path without parameters goes first. */
const operationFor = (method: string, path: string) =>
  operations
    .filter((operation) => operation.method === method.toLowerCase() && operation.pattern.test(path))
    .sort((a, b) => a.id.split('{').length - b.id.split('{').length)[0];

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
  const found = operationFor(request.method, path);
  if (!found || response.status === 405) return;
  const documented = found.operation.responses[response.status] ?? fail(`not documented for ${found.id}`);
  for (const [header, { required }] of Object.entries(documented.headers ?? {}))
    if (required && !response.headers.has(header)) fail(`no ${header}, which is documented as required`);
  const text = await response.clone().text();
  if (!documented.content) return text === '' ? undefined : fail(`a body where none is documented: ${text}`);
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (!(type in documented.content)) fail(`content type ${type} is not documented`);
  const validate = found.validator(String(response.status), type);
  if (!validate(JSON.parse(text))) fail(`${JSON.stringify(validate.errors)} in ${text}`);
}
