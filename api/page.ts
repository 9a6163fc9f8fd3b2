import { z } from '@hono/zod-openapi';

/** The query parameters of every list: `limit` items after `cursor`. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'Must be a whole number from 1 to 100.')
    .transform(Number)
    .default(20)
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 20,
      description: 'Maximum number of items.',
      param: { name: 'limit', in: 'query', required: false },
    }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'Must be a cursor of an earlier response.')
    .optional()
    .openapi({
      description:
        'The `nextCursor` of the previous page of the same list. Opaque: do not build or store one.',
      param: { name: 'cursor', in: 'query' },
    }),
};

/**
 * A query parameter that narrows a list. The docs send along what has an example, unless it is `x-disabled`. All examples
 * have the same name: of a parameter without an example of the chosen name, the docs send that of its schema.
 */
export const filterParam = (name: string, example: string) => ({
  name,
  in: 'query' as const,
  examples: { example: { value: example, 'x-disabled': true } },
});

/** One page of `item`s. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` to get the next page. Null on the last page.' }),
  });
