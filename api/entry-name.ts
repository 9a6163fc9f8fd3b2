import { nameForm, noEntryName } from '../decide/entry-name.ts';

/** The schema of the name of an entry, other than those that are `taken`. */
export const entryName = (...taken: string[]) => ({
  type: 'string' as const,
  pattern: nameForm.source,
  not: { type: 'string' as const, enum: [...taken, noEntryName] },
});
