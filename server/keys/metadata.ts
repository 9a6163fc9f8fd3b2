import { type RawBuilder, sql } from 'kysely';
import { maxMetadataBytes, maxMetadataEntries } from '../../decide/metadata.ts';
import { InvalidInput } from '../errors.ts';

/** Metadata of a key or an account, in the column `metadata` of their row, as patches change them. */

/** A merge patch (RFC 7396): null removes an entry. */
export type MetadataPatch = Record<string, string | number | boolean | null>;

/** What a patch makes of the column. */
export const mergedMetadata = (patch: MetadataPatch): RawBuilder<unknown> =>
  sql`jsonb_strip_nulls(coalesce(metadata, '{}') || ${JSON.stringify(patch)}::text::jsonb)`;

/** Whether metadata are within their bounds, counted as in the contract (api/metadata.ts). */
export const areWithinBounds = (metadata: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select count(*) <= ${maxMetadataEntries} and coalesce(sum(octet_length(to_json(name)::text) +
    case jsonb_typeof(value) when 'string' then octet_length(value::text) else 0 end), 0) <= ${maxMetadataBytes}
  from jsonb_each(${metadata}) as facts(name, value))`;

export const tooMuchMetadata = (): InvalidInput =>
  new InvalidInput({
    detail: `Would have more than ${maxMetadataEntries} entries, or take more than ${maxMetadataBytes} bytes as JSON: remove some with null.`,
    pointer: '#/metadata',
  });
