/** What Postgres takes for a `bytea[]`, as one text: bytes in hexadecimal digits. */
export const byteaArray = (texts: readonly string[]): string =>
  `{${texts.map((hex) => `"\\\\x${hex}"`).join(',')}}`;
