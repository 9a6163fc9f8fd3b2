/** Whether Postgres can hold a text: it has no NUL, and a lone surrogate has no UTF-8 form. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
