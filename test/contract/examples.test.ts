import { expect, test } from 'vitest';
import { examplesOf, nameOf, operations } from './operations.ts';
import { faultsIn, strict } from './schemas.ts';

test.for(operations.map((operation) => [nameOf(operation), operation] as const))(
  '%s has examples that fit their schemas',
  ([, { parameters, requestBody, responses }]) => {
    const answers = Object.values(responses).flatMap(({ content = {} }) => Object.values(content));
    for (const part of [...parameters, ...Object.values(requestBody?.content ?? {}), ...answers])
      for (const example of examplesOf(part))
        expect(faultsIn(strict(part.schema), example), JSON.stringify(example)).toEqual([]);
  },
);
