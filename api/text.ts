import { z } from '@hono/zod-openapi';
import { isStorable } from '../decide/text.ts';

/** Characters as people count them, not UTF-16 units. */
const length = (text: string) => [...text].length;

/** The pattern of text without NUL characters that is more than white space. */
export const filledText = '^[^\\x00]*[^\\x00\\s][^\\x00]*$';

/** Text that can be stored as UTF-8, of `min` to `max` characters (code points). */
const storable = (value: z.ZodString, min: number, max: number) =>
  value
    .refine(isStorable, {
      error: 'Must be well-formed Unicode text without NUL characters.',
      abort: true,
    })
    .refine((value) => length(value) >= min && length(value) <= max, {
      error: `Must have ${min} to ${max} characters.`,
    });

/**
 * Text that a person typed: trimmed, `min` to `max` characters (code points), storable as UTF-8.
 */
export const text = (min: number, max: number) =>
  storable(z.string('Must be a string.').trim(), min, max).openapi({
    ...(min > 0 && { minLength: min }),
    maxLength: max,
    pattern: min > 0 ? filledText : '^[^\\x00]*$',
  });

/** The pattern of text without NUL characters that begins and ends with no white space. */
const untrimmable = '^[^\\x00\\s](?:[^\\x00]*[^\\x00\\s])?$';

/**
 * An id of somebody else's: 1 to `max` characters, exactly as sent. It is not trimmed: two ids that differ in white space
 * would be taken for the same.
 */
export const foreignId = (max: number) =>
  storable(z.string('Must be a string.'), 1, max)
    .refine((value) => value === value.trim(), 'Must not begin or end with white space.')
    .openapi({ minLength: 1, maxLength: max, pattern: untrimmable });

/** A secret as it was sent: at most `max` characters (code points), and otherwise not judged. */
export const bounded = (max: number) =>
  z
    .string('Must be a string.')
    .refine((value) => length(value) <= max, `Must have at most ${max} characters.`)
    .openapi({ maxLength: max });
