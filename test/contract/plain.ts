import type { Operation } from '../support/operations.ts';
import { issuedNames } from './callers.ts';
import { type Call, issued } from './calls.ts';
import { ordinary } from './values.ts';

/** The plainest good call: optional parameters have their example, optional headers and an optional body are left out. */
export function plain(operation: Operation): Call {
  const query = operation.parameters.flatMap((parameter): Call['query'] => {
    const { name, schema, required } = parameter;
    if (parameter.in !== 'query' || !(required || 'example' in schema)) return [];
    return [[name, issuedNames.has(name) ? issued : String(ordinary(schema))]];
  });
  const headers = Object.fromEntries(
    operation.parameters
      .filter((parameter) => parameter.in === 'header' && parameter.required)
      .map(({ name, schema }) => [name, String(ordinary(schema))]),
  );
  const { content = {}, required } = operation.requestBody ?? {};
  const [first] = Object.entries(content);
  const body = first && required ? { type: first[0], value: ordinary(first[1].schema) } : undefined;
  return { operation, query, headers, body };
}
