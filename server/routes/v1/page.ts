import { createHash } from 'node:crypto';
import { InvalidInput } from '../../errors.ts';

/** A few characters of a hash, which tell one list from another. */
const markOf = (list: string) => createHash('sha256').update(list).digest('base64url').slice(0, 8);

/** The place of a row in its list: the numbers that the list is sorted by. */
type Place = readonly number[];

interface Numbered {
  number: number;
}

/**
 * The cursor after the last of these rows. Null: no more follow.
 * @param list names the list: its cursors are valid for no other list, but for the same list with any filters
 */
export function pageAfter<Row extends Numbered>(
  list: string,
  rows: readonly Row[],
  more: boolean,
): string | null {
  const last = rows.at(-1);
  return more && last ? cursorAt(list, [last.number]) : null;
}

/** The cursor for a place. */
export const cursorAt = (list: string, place: Place): string =>
  Buffer.from(`${place.join('-')}.${markOf(list)}`).toString('base64url');

/**
 * The place of a cursor; undefined without one.
 * @throws InvalidInput if it is no cursor of this list
 */
export function placeAt(list: string, cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, place, mark] =
    /^(\d{1,14}(?:-\d{1,14}){0,3})\.([\w-]{8})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ??
    [];
  if (place !== undefined && mark === markOf(list)) return place.split('-').map(Number);
  throw new InvalidInput({
    detail: 'Must be a cursor of an earlier answer for the same list.',
    parameter: 'cursor',
  });
}

/** The place of a cursor in a list that is sorted by number alone. @throws InvalidInput as `placeAt` */
export const numberOf = (list: string, cursor: string | undefined): number | undefined =>
  placeAt(list, cursor)?.[0];
