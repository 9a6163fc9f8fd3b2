import { z } from '@hono/zod-openapi';

/**
 * A named schema, or null. Its name stays that of the value alone: `nullable()` would make it null wherever it stands,
 * and there are generators that lose the null of such a name, or all of its type.
 */
export const orNull = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  z.union([schema, z.null()]).openapi({ description });
