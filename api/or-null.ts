import { z } from '@hono/zod-openapi';

/**
 * A named schema of answers, or null. Its name stays that of the value alone, which `nullable()` would make null as well
 * wherever it stands.
 */
export const orNull = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  z.union([schema, z.null()]).openapi({ description });
