import { minting } from '../../../api/minting.ts';
import { accountOf, boundsOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { once } from '../../idempotency.ts';
import type { Key } from '../../keys/keys.ts';
import { assertMayMintAgain, mintKey } from '../../keys/minting.ts';
import { rolesNamed } from '../../keys/roles.ts';
import { newToken } from '../../token.ts';
import { givenBy } from './given-key.ts';
import { idempotentCall, replayedHeaders } from './idempotency.ts';
import { keyBody } from './key-body.ts';
import { assertMayLimit } from './key-limits.ts';
import { locationOf } from './location.ts';

/** @throws InvalidInput where the deployment has no such prefix */
function prefixOf({ prefix }: { prefix?: string | undefined }, { tokenPrefixes }: ServiceContext): string {
  if (prefix === undefined) return tokenPrefixes[0];
  if (tokenPrefixes.includes(prefix)) return prefix;
  throw new InvalidInput({ detail: `Must be one of ${tokenPrefixes.join(', ')}.`, pointer: '#/prefix' });
}

export function mintingOperations(context: ServiceContext): Operation[] {
  const { db } = context;
  return [
    operation(minting.create, async ({ act, caller, headers, json, query }) => {
      assertMayLimit(caller, json);
      const accountId = await accountOf(context, caller, query);
      const token = newToken(prefixOf(json, context));
      const answerOf = (key: Omit<Key, 'number'>) => ({ ...keyBody(context, key), token });
      const call = idempotentCall({ caller, headers }, 'createKey', { query, json });
      const { answer, isReplay } = await once(context, call, act, {
        async attempt(claim) {
          const minted = {
            accountId,
            ...givenBy(json, await rolesNamed(db, json.roles ?? []), act.now),
            token,
            within: boundsOf(caller),
          };
          return answerOf(await mintKey(context, minted, act, claim && { claim, answer: answerOf }));
        },
        assertMayRepeat: (id) => assertMayMintAgain(db, { accountId, id }, boundsOf(caller)),
      });
      return new Reply(answer, {
        ...locationOf(context, `/v1/keys/${answer.id}`),
        ...replayedHeaders(isReplay),
      });
    }),
  ];
}
