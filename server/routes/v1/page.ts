import { createHash } from 'node:crypto';
import { InvalidInput } from '../../errors.ts';

/** A few characters of a hash, which tell one list from another. */
const markOf = (list: string) => createHash('sha256').update(list).digest('base64url').slice(0, 8);

/**
 * The cursor after the last of these rows; null where no more follow.
 * @param list what the list is of: its cursors are good for no other, whatever filters narrow it
 */
export function pageAfter(list: string, rows: readonly { number: number }[], more: boolean): string | null {
  const last = rows.at(-1);
  return more && last ? Buffer.from(`${last.number}.${markOf(list)}`).toString('base64url') : null;
}

/**
 * The number that a cursor stands for.
 * @throws InvalidInput where it is none of this list
 */
export function numberOf(list: string, cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const [, number, mark] =
    /^([1-9]\d{0,14})\.([\w-]{8})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (number !== undefined && mark === markOf(list)) return Number(number);
  throw new InvalidInput({
    detail: 'Must be a `nextCursor` of an earlier answer for the same list.',
    parameter: 'cursor',
  });
}
