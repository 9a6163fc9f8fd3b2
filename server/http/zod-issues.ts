import type { z } from '@hono/zod-openapi';
import { InvalidInput } from '../errors.ts';

/** The parts of a Zod issue that are read here. */
interface Issue {
  code?: string | undefined;
  message: string;
  path: PropertyKey[];
  keys?: string[];
  values?: unknown[];
  expected?: string;
  errors?: Issue[][];
}

/** Maximum number of violations in one refusal. */
const maxViolations = 20;

/** A part of a request. */
type Target = 'json' | 'form' | 'query' | 'header';

/**
 * A part of a request, as its schema parses it.
 * @throws InvalidInput with each violation and its place
 */
export function validated(schema: z.ZodType, value: unknown, target: Target): unknown {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  // A union is of one value and of a list of them, which may be sent several times.
  const isRepeated = ({ code, path: [name = '', ...inner] }: Issue) =>
    target !== 'json' && code !== 'invalid_union' && inner.length === 0 && Array.isArray(Object(value)[name]);
  const issues = read.error.issues.map((issue) =>
    isRepeated(issue) ? { ...issue, code: 'custom', message: 'Must be sent once.' } : issue,
  );
  throw invalidInput(target, issues);
}

/** What a schema found wrong with a part of a request. */
function invalidInput(target: Target, issues: readonly Issue[]): InvalidInput {
  const place = (path: PropertyKey[]) => {
    if (target === 'header') return { header: String(path[0] ?? target) };
    if (target === 'query') return { parameter: String(path[0] ?? target) };
    return { pointer: pointerTo(path) };
  };
  const faults = issues.flatMap((issue) => faultsOf(issue)).slice(0, maxViolations);
  return new InvalidInput(...faults.map(({ detail, path }) => ({ detail, ...place(path) })));
}

/** A JSON Pointer as a URI fragment (RFC 6901, sections 3 and 6). */
const pointerTo = (path: PropertyKey[]) =>
  ['#', ...path]
    .map((step) => String(step).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))
    .map((step, place) => (place === 0 ? step : encodeURIComponent(step)))
    .join('/');

/** How far a value is from an alternative of a union: how many fields it has that are unknown there, if it has the type. */
const distance = (issues: readonly Issue[]) =>
  issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)
    ? Number.POSITIVE_INFINITY
    : issues.reduce((sum, { keys = [] }) => sum + keys.length, 0);

/** An issue as sentences with their places. For a union: those of the closest alternative. */
function faultsOf(issue: Issue, base: PropertyKey[] = []): { detail: string; path: PropertyKey[] }[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'invalid_union': {
      const [closest = []] = (issue.errors ?? []).toSorted((a, b) => distance(a) - distance(b));
      return closest.flatMap((inner) => faultsOf(inner, path));
    }
    case 'unrecognized_keys':
      return (issue.keys ?? []).map((key) => ({ detail: 'There is no such field.', path: [...path, key] }));
    case 'invalid_value':
      return [{ detail: `Must be one of: ${(issue.values ?? []).join(', ')}.`, path }];
    case 'invalid_type':
      return [{ detail: typeDetail(issue), path }];
    default:
      return [{ detail: issue.message, path }];
  }
}

/** Where a schema does not say it in its own words, Zod says "Invalid input: expected object, received null". */
const typeDetail = ({ message, expected = '' }: Issue) =>
  message.startsWith('Invalid input')
    ? `Must be ${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected}.`
    : message;
