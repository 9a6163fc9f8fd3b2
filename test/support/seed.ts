import { cpSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts an embedded database that is migrated and empty into a data directory: a copy of the one that the setup of the suite
 * has created. For what is not about a first start, which takes seconds, most of all on Bun. Outside of the suite, as in
 * `npm run faults`, there is none to copy, and a first start it is.
 */
export function seed(directory: string): void {
  const template = process.env.LATCHKEY_TEMPLATE;
  if (template) cpSync(template, join(directory, 'database'), { recursive: true });
}
