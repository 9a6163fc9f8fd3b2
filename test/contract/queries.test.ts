import { beforeAll, expect, test } from 'vitest';
import { githubHeaders } from '../support/github.ts';
import { nameOf, operations } from '../support/operations.ts';
import { refusesUnknown } from './calls.ts';
import { plain } from './plain.ts';
import { startTrial, type Trial } from './trial.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
});

test.for(operations.filter(refusesUnknown).map((operation) => [nameOf(operation), operation] as const))(
  '%s refuses a query parameter that it does not have',
  async ([, operation]) => {
    const call = plain(operation);
    const response = await trial.make({
      ...call,
      query: [...call.query, ['unknown', '1']],
      // A report of GitHub is read only if it is signed; elsewhere these headers mean nothing.
      headers: { ...call.headers, ...githubHeaders(JSON.stringify(call.body?.value) ?? '') },
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: 'invalid_input',
      errors: [{ detail: 'There is no such field.', parameter: 'unknown' }],
    });
  },
);
