import { hash, verify } from '@node-rs/argon2';
import { Queue } from '../queue.ts';

/** OWASP's parameters for argon2id: 19 MiB of memory, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What waits, in refusals. */
export const passwordsWait = 'passwords wait to be checked';

/**
 * Two at a time: the runtime has few threads, Node four, and checking a JWT needs one of them as well. What waits is about
 * a second's work, which bounds the wait of a client, and of a process that stops.
 */
const queue = new Queue(passwordsWait, { atOnce: 2, most: 100 });

/** The hash of an unknown password, for accounts without one: checking against it takes just as long. */
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$MyW2oBZVytD1pG0eMjC/Qw$fzfaoOf00tlF8fiu2D//8uN1ABR7tnvjH9qLfO32Wdc';

/** NFKC, so that a password typed on another keyboard is the same (NIST SP 800-63B, 3.1.1.2). */
const normalized = (password: string) => password.normalize('NFKC');

/**
 * The argon2id hash of a password, in PHC string format.
 * @param signal that of the request: see `Queue`
 * @throws Overloaded
 */
export const hashPassword = (password: string, signal: AbortSignal): Promise<string> =>
  queue.run(signal, () => hash(normalized(password), parameters));

/**
 * Whether `password` is the one behind `stored`. If nothing is stored it takes as long, and returns false.
 * @param signal that of the request: see `Queue`
 * @throws Overloaded
 */
export async function isPassword(
  password: string,
  stored: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const matches = await queue.run(signal, () => verify(stored ?? nobody, normalized(password)));
  return matches && stored !== null;
}
