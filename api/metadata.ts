import { z } from '@hono/zod-openapi';
import { isEntryName } from '../decide/entry-name.ts';
import { maxMetadataBytes, maxMetadataEntries } from '../decide/metadata.ts';
import { isStorable } from '../decide/text.ts';
import { entryName } from './entry-name.ts';

/** The metadata of keys and of accounts: facts of the product's own. */

type MetadataValue = string | number | boolean;

type MetadataType = { type: 'string' | 'number' | 'boolean' | 'null'; maxLength?: number; pattern?: string };

const isMetadataValue = (value: unknown): value is MetadataValue =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && [...value].length <= 500 && isStorable(value));

/** A text as JSON has its quotes and escapes, and takes as many bytes as in an answer. */
const bytesOf = (text: string) => new TextEncoder().encode(JSON.stringify(text)).byteLength;

/**
 * The bytes of all names and texts as JSON. Numbers and booleans are bounded by the number of entries, and not counted:
 * Postgres, which counts what a patch leaves (server/keys/changes.ts), writes numbers in another way.
 */
const textBytesOf = (facts: object) =>
  Object.entries(facts)
    .flat()
    .reduce((sum, part) => sum + (typeof part === 'string' ? bytesOf(part) : 0), 0);

/** An object of facts. Walked by hand, since a Zod record drops `__proto__` in silence. */
const facts = <Value>(accepts: (value: unknown) => boolean, wanted: string, types: MetadataType[]) => {
  const schema = {
    type: 'object' as const,
    maxProperties: maxMetadataEntries,
    propertyNames: entryName(),
    additionalProperties: { anyOf: types },
    example: { environment: 'production', build: 12 },
  };
  return z
    .custom<Record<string, Value>>()
    .superRefine((value: unknown, context) => {
      const refuse = (message: string, ...path: string[]) =>
        context.addIssue({ code: 'custom', message, path });
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return refuse('Must be an object.');
      const entries = Object.entries(value);
      if (entries.length > maxMetadataEntries) refuse(`Must have at most ${maxMetadataEntries} entries.`);
      for (const [name, entry] of entries) {
        if (!isEntryName(name)) refuse('Must be named with 1 to 64 letters, digits or _ . : -', name);
        else if (!accepts(entry)) refuse(wanted, name);
      }
      if (textBytesOf(value) > maxMetadataBytes)
        refuse(`Must take at most ${maxMetadataBytes} bytes as JSON, all names and texts together.`);
    })
    .openapi(schema);
};

const valueTypes: MetadataType[] = [
  { type: 'string', maxLength: 500, pattern: '^[^\\x00]*$' },
  { type: 'number' },
  { type: 'boolean' },
];

const GivenMetadata = facts<MetadataValue>(
  isMetadataValue,
  'Must be a string of at most 500 characters, a number or a boolean.',
  valueTypes,
);
const bounds = `As JSON, in UTF-8, their names and texts take at most ${maxMetadataBytes} bytes together.`;

/** The metadata of a new key. */
export const Metadata = GivenMetadata.openapi({
  description: `Up to ${maxMetadataEntries} facts of your own about the key. The owner of the account can change them, so grant nothing by them: that is what scopes and the metadata of the account are for. ${bounds} Every valid verdict returns them.`,
});

/** What the operator alone says of an account. */
const ofAccount =
  'Only the operator sets and sees them, so services can decide by them: a plan, a shard, a region. Every valid verdict on a key of the account returns them as `accountMetadata`.';

export const MetadataPatch = facts<MetadataValue | null>(
  (value) => value === null || isMetadataValue(value),
  'Must be a string of at most 500 characters, a number, a boolean, or null to remove the entry.',
  [...valueTypes, { type: 'null' }],
).openapi({
  description: `Entries to set; null removes one (RFC 7396). At most ${maxMetadataEntries} may remain, whose names and texts take at most ${maxMetadataBytes} bytes together as JSON.`,
  example: { environment: null, build: 13 },
});

/** The metadata of a new account. */
export const AccountMetadata = GivenMetadata.openapi({
  description: `Up to ${maxMetadataEntries} facts of your own about the account. ${ofAccount} ${bounds}`,
  example: { plan: 'pro', region: 'eu' },
});

/** What becomes of the metadata of an account in a patch. */
export const AccountMetadataPatch = MetadataPatch.openapi({
  description: `Entries of the account’s metadata to set; null removes one (RFC 7396). ${ofAccount} When the call returns, the change is in force in every replica and every verifier. At most ${maxMetadataEntries} may remain, whose names and texts take at most ${maxMetadataBytes} bytes together as JSON.`,
  example: { plan: 'enterprise' },
});

/** Metadata in answers. */
export const ShownMetadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
