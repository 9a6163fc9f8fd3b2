import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { Overloaded } from '../errors.ts';

/** OWASP's parameters for argon2id: 19 MiB of memory, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Two at a time: the runtime has few threads, Node four, and checking a JWT needs one of them as well. */
const inTurn = pLimit(2);

/** Maximum number that wait: about a second's work, which bounds the wait of a client, and of a process that stops. */
const maxWaiting = 100;
let waiting = 0;

/**
 * Runs the work when its turn comes, or not at all if the client has hung up by then.
 * @param signal that of the request
 * @throws Overloaded if too many wait already, or the client has hung up
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

/** The hash of an unknown password, for accounts without one: checking against it takes just as long. */
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
 * Whether `password` is the one behind `stored`. If nothing is stored it takes as long, and returns false.
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
