import { createLatchkey, type LatchkeyOptions } from '../client.ts';
import type { Verifies } from '../verify.ts';

/** Asks the service about each token. It rejects where nothing is known. */
export function httpVerifier(options: LatchkeyOptions): Verifies {
  const latchkey = createLatchkey(options);
  return {
    async verify(token, asked) {
      const { data, error } = await latchkey.POST('/v1/keys/verify', {
        body: { ...asked, token },
        signal: AbortSignal.timeout(2_000),
      });
      if (error) throw new Error(error.detail);
      return data;
    },
  };
}
