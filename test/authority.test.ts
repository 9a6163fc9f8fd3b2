import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { operatorAccountId } from '../server/id.ts';
import { type Call, calls, prepare, requestWith } from './support/documented-calls.ts';
import { startService, type TestService } from './support/harness.ts';
import { type AccountWord, everybody, newWorld, type Who, type World } from './support/world.ts';

type Answer = 'admitted' | 401 | 403 | 404 | 422;

const asksNothing = (schemes: object) => Object.keys(schemes).length === 0;
const isPublic = ({ security }: Call) => security.every(asksNothing);

const has = ({ scopes }: Who, wanted: readonly string[] = []) =>
  wanted.every((scope) => scopes?.includes(scope));

/** The scopes with which a key of the operator's own account makes the call as the operator. */
const operatorScopes = ({ security }: Call, who: Who) => {
  const ways = security.flatMap(({ operatorKey }) => (operatorKey ? [operatorKey] : []));
  return ways.find((scopes) => has(who, scopes)) ?? ways[0];
};

const isOperatorKey = (call: Call, who: Who) => {
  const scopes = operatorScopes(call, who);
  return who.kind === 'apiKey' && who.of === 'operator' && scopes !== undefined && has(who, scopes);
};
const isOperator = (call: Call, who: Who) => who.kind === 'operatorToken' || isOperatorKey(call, who);

/** Whether it can rotate itself, as any other key. */
const mayRotateItself = ({ operationId, security }: Call, who: Who) => {
  const scopes = security.find((schemes) => 'apiKey' in schemes)?.apiKey;
  return /rotat/i.test(operationId) && who.kind === 'apiKey' && scopes !== undefined && has(who, scopes);
};

/** The account that a call works on, were it admitted; undefined where the caller may not, or does not say. */
function accountOf(call: Call, who: Who): AccountWord | undefined {
  // A report or a revocation is of whoever’s token it is: here the owner’s.
  if (isPublic(call) || /^(?:reportLeak|revokeToken)$/.test(call.operationId)) return 'owner';
  if (call.names === undefined) return who.of;
  if (call.names === 'unsaid' && mayRotateItself(call, who)) return who.of;
  if (isOperator(call, who)) return call.names === 'unsaid' ? undefined : call.names;
  return call.names === 'unsaid' || call.names === who.of ? who.of : undefined;
}

/** What a document says that a caller is answered. */
function derived(call: Call, who: Who): Answer {
  if (isPublic(call)) return 'admitted';
  if (who.kind === 'bad') return 401;
  if (!isOperatorKey(call, who)) {
    const alternative =
      call.security.find((schemes) => who.kind in schemes) ??
      call.security.find((schemes) => asksNothing(schemes));
    // A credential of a kind that the whole contract does not know is none.
    if (!alternative) return call.schemes.includes(who.kind) ? 403 : 401;
    if (!has(who, alternative[who.kind])) return 403;
  } else if (call.names === 'operator') {
    // It could give itself more scopes.
    if (!operatorScopes(call, who)?.includes('operator:read')) return 403;
  }

  const account = accountOf(call, who);
  if (call.names && !account) return isOperator(call, who) ? 422 : 404;
  return call.namesThing && account !== 'owner' ? 404 : 'admitted';
}

/** Where a document's `security` does not say it all. Shorter is better: the last test lets this only shrink. */
const underivable: {
  reason: string;
  where: (call: Call, who: Who) => boolean;
  answer: (who: Who, call: Call) => Answer;
}[] = [
  {
    reason:
      'Anyone creates an account, but only the operator one with an externalId, and with metadata, and no key of the operator one with a password: the body decides.',
    where: (call, who) =>
      call.operationId === 'createAccount' &&
      (call.bodyName === 'ExternalAccount' || isOperatorKey(call, who)),
    answer: (who, { bodyName }) => {
      if (bodyName !== 'ExternalAccount') return 403;
      if (who.kind === 'anyone' || who.kind === 'bad') return 401;
      const isOperator =
        who.kind === 'operatorToken' || (who.of === 'operator' && has(who, ['operator:accounts']));
      return isOperator ? 'admitted' : 403;
    },
  },
  {
    reason: 'The operator can leave the account out: it then gets its own, or the events or the key of any.',
    where: (call, who) =>
      /^(?:getAccount|listEvents|lookupKey)$/.test(call.operationId) &&
      call.names === 'unsaid' &&
      isOperator(call, who) &&
      !(call.operationId === 'lookupKey' && operatorScopes(call, who)?.includes('operator:keys')),
    answer: () => 'admitted',
  },
];

const expected = (call: Call, who: Who): Answer =>
  underivable.find(({ where }) => where(call, who))?.answer(who, call) ?? derived(call, who);

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const empty = () =>
  sql`with gone as (delete from accounts where id <> ${operatorAccountId}), trail as (delete from events), imports as (delete from imported_tokens),
      roles as (delete from roles)
    delete from keys where account_id = ${operatorAccountId}`.execute(service.db);

/** Everything that is stored, by account. Uses are left out: whoever calls with a key uses it. */
async function stored(): Promise<Record<string, string>> {
  const { rows } = await sql<{ account_id: string; everything: string }>`
    select account_id, string_agg(one, ' ' order by one) as everything from (
      select id as account_id, to_jsonb(accounts)::text as one from accounts
      union all select account_id, to_jsonb(sessions)::text from sessions
      union all select account_id, to_jsonb(refresh_tokens)::text
        from refresh_tokens join sessions on sessions.id = session_id
      union all select account_id, to_jsonb(keys)::text from keys
      union all select account_id, (to_jsonb(tokens) - array['last_used_at', 'last_used_ip', 'last_used_user_agent'])::text
        from tokens join keys on keys.id = key_id
      union all select account_id, to_jsonb(limits)::text from limits
      union all select ${operatorAccountId}::text, to_jsonb(roles)::text from roles
      union all select account_id, to_jsonb(events)::text from events
    ) as rows group by account_id`.execute(service.db);
  return Object.fromEntries(rows.map(({ account_id, everything }) => [account_id, everything]));
}

/** Whether an answer tells anything of the owner. */
const tellsOfOwner = (text: string, { owner, thing }: World) =>
  [owner.accountId, owner.email, thing.key.id].some((fact) => text.includes(fact));

type Stored = Awaited<ReturnType<typeof stored>>;

/** What of two states is not the same, by account. */
const changedIn = (before: Stored, after: Stored) =>
  Object.keys({ ...before, ...after }).filter((id) => before[id] !== after[id]);

async function worldFor(call: Call): Promise<World> {
  await empty();
  const world = await newWorld(service);
  await prepare(call, world);
  return world;
}

/** Makes a call as somebody, and says how it was answered, and what it did that it should not have. */
async function attempt(call: Call, who: Who, token: string | undefined, world: World, before: Stored) {
  const { path, init } = requestWith(token, call, world);
  const response = await service.fetch(path, init);
  const after = await stored();
  const text = await response.text();

  const account = accountOf(call, who);
  const ids = { owner: world.owner.accountId, other: world.other.accountId, operator: operatorAccountId };
  const wrongly = changedIn(before, after).filter(
    (id) => !response.ok || (id in before && id !== (account && ids[account])),
  );
  if (wrongly.length > 0) return { after, answer: `${response.status}, and changed what it should not` };
  if (who.of !== 'owner' && who.of !== 'operator' && !isPublic(call) && tellsOfOwner(text, world))
    return { after, answer: `${response.status}, and told of somebody else` };
  return { after, answer: response.ok ? 'admitted' : response.status };
}

/** Makes a call as everybody: as those who are refused in one world, then as each of the others. */
async function attemptAll(call: Call): Promise<Record<string, string | number>> {
  const isRefused = (who: Who) => expected(call, who) !== 'admitted';
  const admitted = everybody.filter((who) => !isRefused(who));
  const answers: Record<string, string | number> = {};
  let world: World | undefined;
  for (const callers of [everybody.filter(isRefused), ...admitted.map((who) => [who])]) {
    world ??= await worldFor(call);
    const tokens: (string | undefined)[] = [];
    for (const who of callers) tokens.push(await who.token(world));
    const before = await stored();
    let last = before;
    for (const [index, who] of callers.entries()) {
      const { after, answer } = await attempt(call, who, tokens[index], world, last);
      answers[who.title] = answer;
      last = after;
    }
    if (changedIn(before, last).length > 0) world = undefined;
  }
  return answers;
}

describe('a call is answered as its document says, and changes nothing where it is refused:', () => {
  test.each(calls)('$title', async (call) => {
    expect(await attemptAll(call)).toEqual(
      Object.fromEntries(everybody.map((who) => [who.title, expected(call, who)])),
    );
  });
});

test('the list of exceptions to the documents only shrinks', () => {
  expect(underivable.length).toBeLessThanOrEqual(2);
  for (const { where, answer, reason } of underivable) {
    const cells = calls
      .flatMap((call) => everybody.map((who) => ({ call, who })))
      .filter(({ call, who }) => where(call, who));
    const differing = cells.filter(({ call, who }) => derived(call, who) !== answer(who, call));
    expect(differing.length, reason).toBeGreaterThan(0);
  }
});
