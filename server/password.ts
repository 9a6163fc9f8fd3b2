import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { Overloaded } from './errors.ts';

/** OWASP's parameters for argon2id: 19 MiB of memory, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Two at a time. The threads of the runtime are few, on Node four, and whoever shows a JWT needs one of them as well. */
const inTurn = pLimit(2);

/** So many wait for their turn at most: about a second's work, so that nobody waits longer, nor does a process that stops. */
const maxWaiting = 100;
let waiting = 0;

/**
 * Does the work when its turn comes, and not at all for a client that hung up before.
 * @param signal that of the request
 * @throws Overloaded where too many wait already; a client that hung up hears nothing
 */
async function queued<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  if (waiting === maxWaiting || signal.aborted) throw new Overloaded('passwords');
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  let isWaiting = true;
  const leave = () => {
    if (!isWaiting) return false;
    isWaiting = false;
    waiting -= 1;
    return true;
  };
  waiting += 1;
  signal.addEventListener('abort', () => leave() && reject(new Overloaded('passwords')), { once: true });
  inTurn(async () => {
    if (leave()) await work().then(resolve, reject);
  });
  return promise;
}

/** A hash of nothing anybody knows, for those who have none: checking against it takes just as long. */
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$MyW2oBZVytD1pG0eMjC/Qw$fzfaoOf00tlF8fiu2D//8uN1ABR7tnvjH9qLfO32Wdc';

/** NFKC, so that a password typed on another keyboard is the same (NIST SP 800-63B, 3.1.1.2). */
const normalized = (password: string) => password.normalize('NFKC');

/**
 * The argon2id hash of a password, in PHC string format.
 * @param signal that of the request: see `queued`
 * @throws Overloaded
 */
export const hashPassword = (password: string, signal: AbortSignal): Promise<string> =>
  queued(signal, () => hash(normalized(password), parameters));

/**
 * Whether `password` is the one behind `stored`. Takes as long where nothing is stored, and is then false.
 * @param signal that of the request: see `queued`
 * @throws Overloaded
 */
export async function isPassword(
  password: string,
  stored: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const matches = await queued(signal, () => verify(stored ?? nobody, normalized(password)));
  return matches && stored !== null;
}
