import { z } from '@hono/zod-openapi';
import { isStorable } from '../decide/text.ts';

/** Characters as people count them, not UTF-16 units. */
const length = (text: string) => [...text].length;

/** The pattern of text without NUL characters that is more than white space. */
export const filledText = '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$';

/**
 * Text that a person typed: trimmed, `min` to `max` characters (code points), storable as UTF-8.
 */
export const text = (min: number, max: number) =>
  z
    .string('Must be a string.')
    .trim()
    .refine(isStorable, {
      error: 'Must be well-formed Unicode text without NUL characters.',
      abort: true,
    })
    .refine((value) => length(value) >= min && length(value) <= max, {
      error: `Must have ${min} to ${max} characters.`,
    })
    .openapi({
      ...(min > 0 && { minLength: min }),
      maxLength: max,
      pattern: min > 0 ? filledText : '^[^\\u0000]*$',
    });

/** A secret as it was sent: at most `max` characters (code points), and otherwise not judged. */
export const bounded = (max: number) =>
  z
    .string('Must be a string.')
    .refine((value) => length(value) <= max, `Must have at most ${max} characters.`)
    .openapi({ maxLength: max });

/** A date and time of RFC 3339, with whatever offset. */
const instantText = z.iso.datetime({
  offset: true,
  error: 'Must be a date and time of RFC 3339, such as 2027-01-31T12:00:00Z.',
  abort: true,
});

const isStorableInstant = (time: number) => time >= 0 && time < Date.UTC(10_000, 0);

/** An instant as requests give it: one that a column of the database takes (migrations/instant.ts). */
export const givenInstant = instantText
  .refine(
    (value) => isStorableInstant(new Date(value).getTime()),
    'Must be in the years 1970 to 9999, in UTC.',
  )
  .transform((value) => new Date(value))
  .openapi({
    type: 'string',
    format: 'date-time',
    // RFC 3339 leaves open lower case, a space and leap seconds, and some tools take an offset without a colon.
    pattern: 'T\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
    example: '2027-01-31T12:00:00Z',
  });

/**
 * A named schema of answers, or null. Its name stays that of the value alone, which `nullable()` would make null as well
 * wherever it stands.
 */
export const orNull = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  z.union([schema, z.null()]).openapi({ description });

/** An instant as answers show it: ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime().openapi({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' });

/** The years of a range: whatever its bounds are rounded to can still be shown. */
const years = '^(?:19[7-9]\\d|2\\d{3})-';

/** A query parameter that bounds a range of time. */
export const rangeBound = (name: string, description: string) =>
  instantText
    .regex(new RegExp(years), 'Must be in the years 1970 to 2999.')
    .transform((value) => new Date(value))
    .optional()
    .openapi({
      type: 'string',
      format: 'date-time',
      pattern: `${years}\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$`,
      description,
      // An example would soon lie outside what is kept.
      param: { name, in: 'query', required: false },
    });
