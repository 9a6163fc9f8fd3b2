import { onBehalfOfHeader } from '../../api/actor.ts';
import { actorOf, type Caller, isOperator } from '../auth/callers.ts';
import type { ServiceContext } from '../context.ts';
import { InvalidInput } from '../errors.ts';
import type { Act } from '../events/recording.ts';
import type { Incoming } from './incoming.ts';

/** Where the actor comes from: the caller, and the header if the route describes it. */
interface Cause {
  caller: Caller;
  headers: { [onBehalfOfHeader]?: string } | undefined;
}

/**
 * Who makes a request, from where, on whose behalf, and when: what its events record.
 * @throws InvalidInput if a caller other than the operator sends `Latchkey-Actor`
 */
export function actOf(
  { now }: ServiceContext,
  { caller, headers }: Cause,
  { requestId, client }: Pick<Incoming, 'requestId' | 'client'>,
): Act {
  const onBehalfOf = headers?.[onBehalfOfHeader] ?? null;
  if (onBehalfOf !== null && !isOperator(caller))
    throw new InvalidInput({
      detail: 'Only the operator can send this header: remove it.',
      header: onBehalfOfHeader,
    });
  return { actor: actorOf(caller), onBehalfOf, requestId, ...client(), now: now() };
}
