import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

/** OWASP's parameters for argon2id: 19 MiB of memory, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Two at a time. The threads of the runtime are few, on Node four, and whoever shows a JWT needs one of them as well. */
const inTurn = pLimit(2);

/** A hash of nothing anybody knows, for those who have none: checking against it takes just as long. */
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$MyW2oBZVytD1pG0eMjC/Qw$fzfaoOf00tlF8fiu2D//8uN1ABR7tnvjH9qLfO32Wdc';

/** NFKC, so that a password typed on another keyboard is the same (NIST SP 800-63B, 3.1.1.2). */
const normalized = (password: string) => password.normalize('NFKC');

/** The argon2id hash of a password, in PHC string format. */
export const hashPassword = (password: string): Promise<string> =>
  inTurn(() => hash(normalized(password), parameters));

/** Whether `password` is the one behind `stored`. Takes as long where nothing is stored, and is then false. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const matches = await inTurn(() => verify(stored ?? nobody, normalized(password)));
  return matches && stored !== null;
}
