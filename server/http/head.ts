/** What the short way (direct.ts) reads of a request's head. */
const names = [
  'authorization',
  'content-length',
  'content-type',
  'transfer-encoding',
  'user-agent',
  'origin',
  'x-request-id',
] as const;

export type Head = { [Name in (typeof names)[number]]?: string };

const read: ReadonlySet<string> = new Set(names);

/** Whether a header, named in lower case, is in a Head if it was sent. */
export const isRead = (name: string): name is keyof Head => read.has(name);

/** The names as most clients write them, and in lower case. */
const spellings = new Map(
  names.flatMap((name) => [
    [name, name],
    [name.replaceAll(/(?<=^|-)\w/g, (letter) => letter.toUpperCase()), name],
  ]),
);

/**
 * Reads a head.
 * @param raw its lines as they came, name and value in turn, where the runtime has them: a fraction of the work
 */
export function headOf(headers: Headers, raw: readonly string[] | undefined): Head {
  const head: Head = {};
  if (raw) {
    for (let at = 0; at < raw.length; at += 2) {
      const spelled = raw[at] ?? '';
      const name = spellings.get(spelled) ?? spellings.get(spelled.toLowerCase());
      // Sent twice, it is read as Headers would.
      if (name) head[name] = name in head ? `${head[name]}, ${raw[at + 1]}` : (raw[at + 1] ?? '');
    }
  } else {
    for (const name of names) {
      const value = headers.get(name);
      if (value !== null) head[name] = value;
    }
  }
  return head;
}
