import { rotation } from '../../../api/rotation.ts';
import { covers } from '../../../decide/scopes.ts';
import type { AccountName } from '../../accounts/accounts.ts';
import { accountOf, asItself, type Caller } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InsufficientScope, InvalidInput, KeyNotFound, WrongCaller } from '../../errors.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { Reply } from '../../http/reply.ts';
import { once } from '../../idempotency.ts';
import { type ActedOn, getKey, type Key, type KeyById } from '../../keys/keys.ts';
import { cancelRotation, extendRotation, finishRotation, rotateKey, tokenFor } from '../../keys/rotation.ts';
import { onceGone } from '../../store.ts';
import { expiryOf } from './given-key.ts';
import { idempotentCall, replayedHeaders } from './idempotency.ts';
import { keyBody } from './key-body.ts';

/** The default overlap, in seconds. */
const usualOverlap = 3_600;

/** A key can only rotate itself, and not with its previous token, which may be in the wrong hands. @throws WrongCaller */
function assertMayRotate(caller: Caller, keyId: string): void {
  if (caller.kind !== 'apiKey') return;
  if (caller.key.id !== keyId) throw new WrongCaller('A key can rotate itself, and no other.');
  if (caller.key.state === 'previous')
    throw new WrongCaller('The previous token of a key cannot rotate it: use the current one.');
}

/** Whoever may only rotate a key cannot make it live longer. @throws InsufficientScope */
function assertMaySetExpiry(caller: Caller): void {
  if (caller.kind === 'apiKey' && !covers(caller.key.scopes, 'keys:write'))
    throw new InsufficientScope(['keys:write'], 'To set the expiry of a key takes the scope "keys:write".');
}

const ofKey = { notFound: KeyNotFound };

export function rotationOperations(context: ServiceContext): Operation[] {
  const { db } = context;

  const placeOf = async (admitted: Caller, id: string, named: AccountName): Promise<KeyById & ActedOn> => {
    const caller = asItself(admitted, named);
    assertMayRotate(caller, id);
    const accountId = await accountOf(context, caller, named).catch(onceGone(context));
    return { accountId, id, by: caller.kind === 'apiKey' ? caller.key.hash : undefined };
  };

  return [
    operation(
      rotation.rotate,
      async ({ act, caller: admitted, headers, json = {}, params, query }) => {
        const caller = asItself(admitted, query);
        const { immediate, overlapSeconds = usualOverlap } = json;
        if (immediate && json.overlapSeconds !== undefined)
          throw new InvalidInput({
            detail: 'Send either immediate or overlapSeconds.',
            pointer: '#/overlapSeconds',
          });
        const place = await placeOf(caller, params.keyId, query);
        if (json.expiresIn || json.expiresAt) assertMaySetExpiry(caller);
        const found = await getKey(db, place).catch(onceGone(context));
        const call = idempotentCall({ caller, headers }, 'rotateKey', { params, query, json });
        let key: Key | undefined;
        const { answer, isReplay } = await once(context, call, act, {
          async attempt(claim) {
            const expiresAt = expiryOf(json, act.now);
            const token = await tokenFor(context, found, expiresAt, act.now);
            const overlap = immediate ? 'immediate' : overlapSeconds;
            key = await rotateKey(context, place, { token, overlap, expiresAt }, act, claim);
            return token;
          },
        });
        key ??= await getKey(db, place).catch(onceGone(context));
        return new Reply({ ...keyBody(context, key), token: answer }, replayedHeaders(isReplay));
      },
      ofKey,
    ),

    operation(
      rotation.cancel,
      async ({ act, caller, params, query }) => {
        const place = await placeOf(caller, params.keyId, query);
        return keyBody(context, await cancelRotation(context, place, act));
      },
      ofKey,
    ),

    operation(
      rotation.finish,
      async ({ act, caller, params, query }) => {
        const place = await placeOf(caller, params.keyId, query);
        return keyBody(context, await finishRotation(context, place, act));
      },
      ofKey,
    ),

    operation(
      rotation.extend,
      async ({ act, caller, json, params, query }) => {
        const place = await placeOf(caller, params.keyId, query);
        return keyBody(context, await extendRotation(context, place, json.overlapSeconds, act));
      },
      ofKey,
    ),
  ];
}
