/** What is read of a JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  example?: unknown;
}

/** The schemas of a document, by their names. */
export type Schemas = Record<string, Schema>;

/** What is read of a body in one media type. */
export interface Content {
  schema?: Schema;
  example?: unknown;
}

/** What has a body, by its media types: a request or a response. */
export interface Body {
  content?: Record<string, Content>;
}

/** The name of a schema that is referred to; empty for one that stands in its place. */
export const nameOf = ({ $ref = '' }: Pick<Schema, '$ref'> = {}): string => $ref.split('/').at(-1) ?? '';

/** The schema that is referred to, or the first of several. */
export function plainOf(schema: Schema, schemas: Schemas): Schema {
  if (schema.$ref) return plainOf(schemas[nameOf(schema)] ?? {}, schemas);
  return schema.anyOf ? plainOf(schema.anyOf[0] ?? {}, schemas) : schema;
}

/** The example of a body: its own, or that of the schema that it names, or of the first of several. */
export function exampleOf({ example, schema }: Content, schemas: Schemas): unknown {
  if (example !== undefined || !schema) return example;
  if (schema.$ref) return exampleOf({ schema: schemas[nameOf(schema)] ?? {} }, schemas);
  return schema.example ?? (schema.anyOf && exampleOf({ schema: schema.anyOf[0] ?? {} }, schemas));
}
