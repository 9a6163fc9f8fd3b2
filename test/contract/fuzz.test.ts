import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { nameOf, type Operation, operations, type Parameter, type Schema } from '../support/operations.ts';
import { keywordsIn } from '../support/schemas.ts';
import { badFor, goodFor } from './arbitraries.ts';
import { issuedNames } from './callers.ts';
import { type Call, fitsForm, fitsHeader, isForm, issued, judge } from './calls.ts';
import { startTrial, type Trial } from './trial.ts';

const total = Number(process.env.FUZZ_CASES ?? 400);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

const takesInput = ({ parameters, requestBody }: Operation) =>
  requestBody !== undefined || parameters.some((parameter) => parameter.in !== 'path');
const fuzzed = operations.filter(takesInput);
const numRuns = Math.ceil(total / fuzzed.length / 2);

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
  console.log(`FUZZ_SEED=${seed}: ${numRuns * 2} cases for each of ${fuzzed.length} operations`);
});

type Values = (schema: Schema) => fc.Arbitrary<unknown>;

/** A value where all is text. Of an object, `String` would call whatever it has as `toString`. */
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What is sent as a query parameter; `undefined` where it is left out. */
function parameterFor({ name, schema, required }: Parameter, values: Values) {
  const given: fc.Arbitrary<string | typeof issued> =
    values === goodFor && issuedNames.has(name)
      ? fc.constant<typeof issued>(issued)
      : values(schema).map(textOf);
  return fc.tuple(fc.constant(name), required ? given : fc.option(given, { nil: undefined }));
}

/** What is sent as headers. */
function headersFor({ parameters }: Operation, values: Values): fc.Arbitrary<Record<string, string>> {
  const inHeader = parameters.filter((parameter) => parameter.in === 'header');
  const model = inHeader.map(({ name, schema }) => [name, values(schema).map(textOf).filter(fitsHeader)]);
  const requiredKeys = inHeader.filter(({ required }) => required).map(({ name }) => name);
  return fc.record(Object.fromEntries(model), { requiredKeys });
}

function bodyFor({ requestBody }: Operation, values: Values): fc.Arbitrary<Call['body']> {
  if (!requestBody) return fc.constant(undefined);
  const bodies = Object.entries(requestBody.content).map(([type, { schema }]) =>
    values(schema)
      .filter((value) => !isForm(type) || fitsForm(value))
      .map((value) => ({ type, value })),
  );
  return requestBody.required ? fc.oneof(...bodies) : fc.option(fc.oneof(...bodies), { nil: undefined });
}

const callOf = (operation: Operation, parameters: Values, body: Values): fc.Arbitrary<Call> => {
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
  return fc
    .tuple(
      fc.tuple(...inQuery.map((parameter) => parameterFor(parameter, parameters))),
      headersFor(operation, parameters),
      bodyFor(operation, body),
    )
    .map(([query, headers, body]) => ({
      operation,
      headers,
      query: query.flatMap(([name, value]): Call['query'] => (value === undefined ? [] : [[name, value]])),
      body,
    }));
};

/** Values that a schema refuses; of one that refuses none, any. */
const spoilt: Values = (schema) => (keywordsIn(schema).size > 0 ? badFor(schema) : goodFor(schema));

async function fuzz(calls: fc.Arbitrary<Call>): Promise<void> {
  const property = fc.asyncProperty(calls, async (call) => {
    const complaint = await trial.try(call);
    if (complaint) throw new Error(complaint);
  });
  const { failed, errorInstance, counterexample } = await fc.check(property, { seed, numRuns });
  const told = errorInstance instanceof Error ? errorInstance.message : JSON.stringify(counterexample);
  expect(failed ? `${told}\n  FUZZ_SEED=${seed} FUZZ_CASES=${total} npm run fuzz` : '').toBe('');
}

for (const operation of fuzzed) {
  test(`${nameOf(operation)} accepts whatever its schemas accept`, () =>
    fuzz(callOf(operation, goodFor, goodFor).filter((call) => judge(call).verdict !== 'bad')));

  test(`${nameOf(operation)} refuses whatever its schemas refuse`, () =>
    fuzz(
      fc
        .oneof(callOf(operation, spoilt, goodFor), callOf(operation, goodFor, spoilt))
        .filter((call) => judge(call).verdict === 'bad'),
    ));
}
