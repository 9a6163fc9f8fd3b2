import { isDeepStrictEqual } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { examplesOf, nameOf, type Operation, operations } from '../support/operations.ts';
import { accepts, keywordsIn } from '../support/schemas.ts';
import { issuedNames } from './callers.ts';
import { type Call, fitsForm, fitsHeader, isForm, issued, judge } from './calls.ts';
import { plain } from './plain.ts';
import { startTrial, type Trial } from './trial.ts';
import { ordinary, valuesFor } from './values.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
});

/** Whether a media type asks for tests of its own: it is read in another way than JSON, or has another schema. */
function isNews({ requestBody }: Operation, type: string): boolean {
  const [[first, { schema }] = ['', { schema: {} }]] = Object.entries(requestBody?.content ?? {});
  const own = requestBody?.content[type]?.schema;
  return type === first || isForm(type) || isForm(first) || !isDeepStrictEqual(own, schema);
}

/** What is sent of an object as a form, where numbers are texts. */
const textsOf = (value: unknown) =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value).map(([name, field]) => [
          name,
          typeof field === 'number' ? String(field) : field,
        ]),
      );

/** The plain call, and for each parameter and each body, calls that differ in that alone. */
function callsFor(operation: Operation): Call[] {
  const base = plain(operation);
  const others = (name: string) => base.query.filter(([key]) => key !== name);
  const unique = (values: unknown[]) => [
    ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
  ];
  return [
    base,
    ...operation.parameters.flatMap((parameter): Call[] => {
      const { in: place, name, schema } = parameter;
      const candidates = [...examplesOf(parameter), ...valuesFor(schema)];
      const texts = unique(candidates.filter((value) => typeof value !== 'object').map(String)) as string[];
      // A path with such a segment, or without, is another path.
      if (place === 'path')
        return texts
          .filter((text) => !/^\.{0,2}$/.test(text))
          .map((text) => ({ ...base, path: { [name]: text } }));
      if (place === 'header')
        return texts
          .filter(fitsHeader)
          .map((text) => ({ ...base, headers: { ...base.headers, [name]: text } }));
      const good = issuedNames.has(name) ? issued : (texts.find((text) => accepts(schema, text)) ?? '1');
      return [
        { ...base, query: others(name) },
        ...texts.map((text): Call => ({ ...base, query: [...others(name), [name, text]] })),
        { ...base, query: [...others(name), [name, good]] },
        { ...base, query: [...others(name), [name, good], [name, good]] },
      ];
    }),
    ...Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, media]) =>
      unique([
        ordinary(media.schema),
        ...examplesOf(media),
        ...(isNews(operation, type) ? valuesFor(media.schema) : []),
      ])
        .map((value) => (isForm(type) ? textsOf(value) : value))
        .filter((value) => !isForm(type) || fitsForm(value))
        .map((value): Call => ({ ...base, body: { type, value } })),
    ),
    ...(operation.requestBody
      ? [
          { ...base, body: undefined },
          { ...base, body: { type: 'text/plain', value: 'text' } },
        ]
      : []),
  ];
}

/** Whether the same operation stands before it, at another base: then all values are tried there. */
const isRepeated = (operation: Operation) =>
  operations.find(
    ({ contract, operationId }) => contract === operation.contract && operationId === operation.operationId,
  ) !== operation;

test.for(operations.map((operation) => [nameOf(operation), operation] as const))(
  '%s accepts what its schemas accept and refuses what they refuse',
  // Hundreds of calls, one after the other.
  { timeout: 60_000 },
  async ([, operation]) => {
    const complaints: string[] = [];
    const calls = isRepeated(operation) ? [plain(operation)] : callsFor(operation);
    for (const call of calls) {
      const complaint = await trial.try(call);
      if (complaint) complaints.push(complaint);
    }
    expect(complaints.slice(0, 20).join('\n')).toBe('');
  },
);

test('each keyword of each schema is broken by some value, and each operation has a good call', () => {
  for (const operation of operations) {
    const judgements = callsFor(operation).map(judge);
    const broken = new Set(judgements.flatMap(({ keywords }) => keywords));
    const schemas = [
      // A path is known or not, whatever its schema; and all that a header can have is a text.
      ...operation.parameters.flatMap(({ in: place, schema }) => {
        if (place === 'path') return [];
        const { type: _, ...rest } = schema;
        return [place === 'header' ? rest : schema];
      }),
      ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
    ];
    const keywords = new Set(schemas.flatMap((schema) => [...keywordsIn(schema)]));
    expect(
      [...keywords].filter((keyword) => !broken.has(keyword)),
      nameOf(operation),
    ).toEqual([]);
    expect(judgements.filter(({ verdict }) => verdict === 'good').length, nameOf(operation)).toBeGreaterThan(
      0,
    );
  }
});
