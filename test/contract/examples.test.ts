import { expect, test } from 'vitest';
import { documents } from '../../server/pages/documents.ts';
import { examplesOf, nameOf, operations } from '../support/operations.ts';
import { faultsIn, strict } from '../support/schemas.ts';

test.for(operations.map((operation) => [nameOf(operation), operation] as const))(
  '%s has examples that fit their schemas',
  ([, { parameters, requestBody, responses }]) => {
    const answers = Object.values(responses).flatMap(({ content = {} }) => Object.values(content));
    for (const part of [...parameters, ...Object.values(requestBody?.content ?? {}), ...answers])
      for (const example of examplesOf(part))
        expect(faultsIn(strict(part.schema), example), JSON.stringify(example)).toEqual([]);
  },
);

/** Every object in a part of a document. */
function objectsIn(part: unknown): object[] {
  if (typeof part !== 'object' || part === null) return [];
  return [part, ...Object.values(part).flatMap(objectsIn)];
}

test('no password has an example, so that copying an example creates no account with a known password', () => {
  const objects = objectsIn(documents);
  const schemas = objects.filter((one) => 'format' in one && one.format === 'password');
  expect(schemas.length).toBeGreaterThan(0);
  for (const schema of schemas) expect(schema).not.toHaveProperty('example');
  for (const one of objects)
    for (const [name, value] of Object.entries(one))
      if (/password$/i.test(name)) expect(value, name).not.toBeTypeOf('string');
});
