import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from '@hono/zod-openapi';
import { maxLongBodyBytes } from '../../../api/problem.ts';
import { type VerificationBatch, verification } from '../../../api/verification.ts';
import { plainIp, plainUserAgent } from '../../../decide/client.ts';
import type { Costs } from '../../../decide/limits.ts';
import { maybeAsync } from '../../../decide/maybe-async.ts';
import { type CheckOutcome, explain, type Presented, type Reason } from '../../../decide/verdict.ts';
import { type Refused, refusedBody, verifiedBody, wantedScopes } from '../../../decide/verdict-body.ts';
import type { Verdict, VerifiedKey } from '../../../decide/verified-key.ts';
import { type Caller, callingKey, selfOf } from '../../auth/callers.ts';
import { check } from '../../auth/check.ts';
import type { ServiceContext } from '../../context.ts';
import { WrongCaller } from '../../errors.ts';
import { type Operation, operation, type Success } from '../../http/operation.ts';
import { unknownClient } from '../../http/peer.ts';
import { Json, Reply } from '../../http/reply.ts';
import { operatorAccountId } from '../../id.ts';
import { getKey, revokeKey } from '../../keys/keys.ts';
import { keyBody } from './key-body.ts';
import { LimitTexts, limitFields } from './remaining-limits.ts';

type VerdictJson = Json<Success<typeof verification.verify>>;

/** What a token is presented for, and what that costs. */
interface Asked extends Presented {
  /** The account whose keys the verifier may see. */
  reach: string;
  costs: Costs;
}

/** The verdict on a token that is accepted. The metadata of its account are for the operator alone. */
const acceptance = (key: VerifiedKey, { reach }: Asked) => ({
  valid: true as const,
  key: { ...verifiedBody(key), ...(reach !== operatorAccountId && { accountMetadata: {} }) },
});

/**
 * Makes the function that serializes verdicts. The body for an accepted key is serialized once, except for its limits, and
 * kept as long as the key is in the cache.
 */
function verdictWriter(texts: LimitTexts): (verdict: Verdict, asked: Asked) => VerdictJson {
  const forOperator = new WeakMap<VerifiedKey, VerdictJson>();
  const forOthers = new WeakMap<VerifiedKey, VerdictJson>();
  return (verdict, asked) => {
    if (!verdict.valid) return Json.of(refusal(verdict, asked));
    const { key } = verdict;
    const accepted = asked.reach === operatorAccountId ? forOperator : forOthers;
    let body = accepted.get(key);
    if (!body) {
      body = Json.of(acceptance(key, asked));
      accepted.set(key, body);
    }
    return verdict.limits ? Json.extended(body, 'limits', texts.json(verdict.limits)) : body;
  };
}

const refusal = (verdict: Refused, asked: Asked) => ({
  ...refusedBody(verdict, asked),
  ...limitFields(verdict, asked.costs),
});

/** The outcomes of the checks that a verdict rests on, in order. */
function checksOf(verdict: Verdict, presented: Presented): CheckOutcome[] {
  const outcome = (check: Reason, passed: boolean) => ({ check, passed });
  if (!verdict.key) return [outcome('unknown', false)];
  const { key, at } = verdict;
  if (key.gone === 'revoked') return [outcome('unknown', true), outcome('revoked', false)];
  const before = [outcome('unknown', true), outcome('revoked', true)];
  if (key.gone) return [...before, outcome('rotated', false)];
  return [...before, ...explain(key, presented, at), ...spentChecks(verdict)];
}

/** The outcomes of the checks of limits; none if no limits were checked. */
function spentChecks(verdict: Verdict): CheckOutcome[] {
  if (!verdict.key || !verdict.limits) return [];
  const exceeded = verdict.valid ? [] : (verdict.exceeded ?? []);
  return [
    { check: 'rate_limited', passed: exceeded.every(({ limit }) => limit.windowSeconds === null) },
    { check: 'quota_exceeded', passed: exceeded.every(({ limit }) => limit.windowSeconds !== null) },
  ];
}

const explained = (verdict: Verdict, asked: Asked): VerdictJson =>
  Json.of({
    ...(verdict.valid
      ? { ...acceptance(verdict.key, asked), ...limitFields(verdict, asked.costs) }
      : refusal(verdict, asked)),
    checks: checksOf(verdict, asked),
  });

/** About how many characters of an answer are serialized in one turn of the event loop. */
const writtenPerTurn = 500_000;

/** Answers a batch, in the order of its tokens. A token that is there twice is verified once, and counts as two uses. */
async function verdictsOn(
  context: ServiceContext,
  { tokens, ...wanted }: z.output<typeof VerificationBatch>,
  caller: Caller,
  write: ReturnType<typeof verdictWriter>,
): Promise<VerdictJson[]> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const scopes = wantedScopes(wanted);
  const reach = selfOf(caller);
  const asked = {
    purpose: 'verify' as const,
    reach,
    scopes,
    audience: wanted.audience,
    client: unknownClient,
  };
  const verdicts = new Map<string, Verdict>();
  await Promise.all(
    // Async: if `check` throws for one token, the promises of the others are still awaited.
    Array.from(counts, async ([token, times]) =>
      verdicts.set(token, await check(context, token, { ...asked, times, costs: { cost: times } })),
    ),
  );
  const bodies: VerdictJson[] = [];
  let written = 0;
  for (const token of tokens) {
    const verdict = verdicts.get(token);
    if (!verdict) continue;
    const body = write(verdict, { ...asked, costs: { cost: counts.get(token) ?? 1 } });
    bodies.push(body);
    written += body.length;
    if (written < writtenPerTurn) continue;
    await nextTurn();
    written = 0;
  }
  return bodies;
}

export function verificationOperations(context: ServiceContext): Operation[] {
  const { db } = context;
  const texts = new LimitTexts();
  const write = verdictWriter(texts);
  return [
    operation(verification.verify, ({ caller, json }) => {
      const { token, audience, ip, userAgent, cost = 1, costs: named } = json;
      const client = () => ({ ip: ip ? plainIp(ip) : null, userAgent: plainUserAgent(userAgent) });
      const scopes = wantedScopes(json);
      const costs = { cost, named };
      const asked = { purpose: 'verify' as const, reach: selfOf(caller), scopes, audience, client, costs };
      return maybeAsync(check(context, token, asked), (verdict) => {
        const body = json.explain ? explained(verdict, asked) : write(verdict, asked);
        const headers = texts.headers(verdict, costs);
        return headers ? new Reply(body, headers) : body;
      });
    }),

    operation(
      verification.verifyBatch,
      async ({ caller, json }) => Json.list('verdicts', await verdictsOn(context, json, caller, write)),
      { maxBodyBytes: maxLongBodyBytes },
    ),

    operation(verification.current, async ({ caller }) =>
      keyBody(context, await getKey(db, callingKey(caller))),
    ),

    operation(verification.revokeCurrent, async ({ act, caller }) => {
      const { accountId, id, hash, state } = callingKey(caller);
      if (state === 'previous')
        throw new WrongCaller(
          'The previous token of a key cannot revoke it: POST /oauth2/revoke ends this token alone.',
        );
      await revokeKey(context, { accountId, id, by: hash }, act);
    }),
  ];
}
