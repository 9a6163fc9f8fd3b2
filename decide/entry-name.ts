/** The form of what roles, limits and the entries of metadata are named with. */
export const nameForm = /^[A-Za-z0-9_.:-]{1,64}$/;

/** What no entry of an object is named: JavaScript objects treat it as something else. */
export const noEntryName = '__proto__';

/** Whether an entry of metadata, or a limit, which is an entry of `costs`, may be named like this. */
export const isEntryName = (name: string): boolean => nameForm.test(name) && name !== noEntryName;
