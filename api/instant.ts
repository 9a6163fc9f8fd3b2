import { z } from '@hono/zod-openapi';

const error = 'Must be a date and time of RFC 3339, such as 2027-01-31T12:00:00Z.';

/**
 * A date and time of RFC 3339, with whatever offset. Its schema has no pattern beside its format: generated clients have
 * a date where the format says so, and some hold the pattern against what their language prints of it.
 */
const instantText = z
  .string(error)
  .toUpperCase()
  .pipe(z.iso.datetime({ offset: true, error, abort: true }));

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
    example: '2027-01-31T12:00:00Z',
  });

/** An instant as answers show it: ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime().openapi({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' });

/** The years of a range: whatever its bounds are rounded to can still be shown. */
const years = /^(?:19[7-9]\d|2\d{3})-/;

/** A query parameter that bounds a range of time. */
export const rangeBound = (name: string, description: string) =>
  instantText
    .refine((value) => years.test(value), 'Must be in the years 1970 to 2999.')
    .transform((value) => new Date(value))
    .optional()
    .openapi({
      type: 'string',
      format: 'date-time',
      description: `${description} In the years 1970 to 2999.`,
      // An example would soon lie outside what is kept.
      param: { name, in: 'query', required: false },
    });
