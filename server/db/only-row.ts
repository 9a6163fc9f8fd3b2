/**
 * The one row of a statement that always has one.
 * @throws Error where there is none: a default in its place would be taken for an answer
 */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('The database answered without a row.');
  return row;
}
