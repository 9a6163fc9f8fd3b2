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
