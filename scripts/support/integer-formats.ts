/** The greatest integer of 32 bits. */
const maxInt32 = 2 ** 31 - 1;

interface Schema {
  type?: unknown;
  format?: string;
  maximum?: number;
}

/**
 * Gives each integer of a document the format that holds it: `int32` up to its maximum, otherwise `int64`. Without one
 * the generators for Java and C# take 32 bits, which a quota, a count and a time after 2038 overflow.
 */
export function addIntegerFormats(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const schema = part as Schema;
  if ([schema.type].flat().includes('integer'))
    schema.format ??= (schema.maximum ?? Number.POSITIVE_INFINITY) <= maxInt32 ? 'int32' : 'int64';
  for (const inner of Object.values(part)) addIntegerFormats(inner);
}
