import { InvalidInput } from '../../errors.ts';

/** The cursor after the last of these rows; null where no more follow. */
export function pageAfter(rows: readonly { number: number }[], more: boolean): string | null {
  const last = rows.at(-1);
  return more && last ? Buffer.from(String(last.number)).toString('base64url') : null;
}

/**
 * The number that a cursor stands for.
 * @throws InvalidInput where it is none of ours
 */
export function numberOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const number = Buffer.from(cursor, 'base64url').toString('latin1');
  if (/^[1-9]\d{0,14}$/.test(number)) return Number(number);
  throw new InvalidInput({ detail: 'Must be a `nextCursor` of an earlier answer.', parameter: 'cursor' });
}
