import { createHash, randomBytes } from 'node:crypto';
import type { Send } from '../../scripts/support/client.ts';

/** A key that is verified all the time, until it is ended in one of the ways. */
export interface HotKey {
  id: string;
  token: string;
  /** Of this key alone. */
  metadata: Record<string, string>;
  /** Names its account in a query. */
  query: string;
  /** The role that it has its scope by; absent: it has the scope itself. */
  roleId?: string | undefined;
  /** The account that has this key alone; absent: it shares one. */
  aloneIn?: string | undefined;
  /** Whether its token was made by another system. */
  isImported: boolean;
  /** When its revocation was answered, by `performance.now()`. */
  refusedFrom?: number;
}

export const random = (below: number) => Math.floor(Math.random() * below);

/** Who issues the JWTs of all replicas: each accepts only those of its own issuer. */
export const publicUrl = 'https://keys.example.com';

/** What every key may do at first. */
export const scope = 'files:read';

/**
 * Makes keys that may do that, every fourth by a role of its own, and every fourth in an account of its own. Every third is
 * imported, by itself or in a batch. Undefined where it was not answered.
 */
export function minter(query: string): (send: Send) => Promise<HotKey | undefined> {
  let minted = 0;
  return async (send) => {
    minted += 1;
    const name = `role-${minted}`;
    const byRole = minted % 4 === 0;
    const role = byRole ? await send('POST', '/v1/roles', { name, scopes: [scope] }) : undefined;
    if (role && role.status !== 201) return undefined;
    const isAlone = minted % 4 === 2;
    const account = isAlone ? await send('POST', '/v1/accounts', { externalId: name }) : undefined;
    if (account && account.status !== 201) return undefined;
    const aloneIn: string | undefined = account && JSON.parse(account.body).id;
    const own = aloneIn === undefined ? query : `?accountId=${aloneIn}`;
    const given = role ? { roles: [name] } : { scopes: [scope] };
    const key = { name: 'Key', metadata: { name }, ...given };
    const isImported = minted % 3 === 0;
    const made = isImported
      ? await importing(send, key, own, minted % 2 === 0)
      : await creating(send, key, own);
    return made && { ...made, query: own, roleId: role && JSON.parse(role.body).id, aloneIn, isImported };
  };
}

type Made = Pick<HotKey, 'id' | 'token' | 'metadata'>;

async function creating(send: Send, key: object, query: string): Promise<Made | undefined> {
  const { status, body } = await send('POST', `/v1/keys${query}`, key);
  return status === 201 ? JSON.parse(body) : undefined;
}

/** Imports a key, by the token of another system. */
async function importing(
  send: Send,
  key: object,
  query: string,
  inBatch: boolean,
): Promise<Made | undefined> {
  const token = `old_${randomBytes(18).toString('base64url')}`;
  const foreign = { ...key, sha256: createHash('sha256').update(token).digest('hex'), start: 'old_' };
  if (!inBatch) {
    const { status, body } = await send('POST', `/v1/keys/import${query}`, foreign);
    return status === 201 ? { ...JSON.parse(body), token } : undefined;
  }
  const accountId = new URLSearchParams(query).get('accountId');
  const { status, body } = await send('POST', '/v1/keys/import/batch', { keys: [{ accountId, ...foreign }] });
  const [outcome] = status === 200 ? JSON.parse(body).outcomes : [];
  return outcome?.imported ? { ...outcome.key, token } : undefined;
}

/** What the token of a key is exchanged for: it outlives every round, unless it ends with the key. */
export async function exchange({ token }: HotKey, send: Send): Promise<string | undefined> {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    expires_in: '3600',
  });
  const { status, body } = await send('POST', '/oauth2/token', form);
  return status === 200 ? JSON.parse(body).access_token : undefined;
}

/** How the token of a key is ended: resolves when that was answered, and says from when on it must be refused. */
export type Way = (
  key: HotKey,
  send: Send,
  sendElsewhere: Send,
) => Promise<{ answered: boolean; notBefore?: number }>;

/**
 * When the answer of a way came, and from when on the token must be refused, by a monotonic clock.
 * @param now reads that clock, in milliseconds
 * @param notBefore what the way said, as Unix time in milliseconds
 */
export function refusalTimes(now: () => number, notBefore?: number): { ended: number; refusedFrom: number } {
  const ended = now();
  if (notBefore === undefined) return { ended, refusedFrom: ended };
  // One millisecond more, since clocks are read in whole ones.
  return { ended, refusedFrom: Math.max(ended, monotonicAt(now, notBefore) + 1) };
}

/**
 * A Unix time by a monotonic clock. If the process was held up between the readings of its two clocks, the result would be
 * too early by that time, and a token that is not expired yet would count as accepted too late: they are read again.
 */
function monotonicAt(now: () => number, unix: number): number {
  for (;;) {
    const before = now();
    const wall = Date.now();
    const after = now();
    if (after - before < 0.5) return after + unix - wall;
  }
}

const answer = ({ status }: { status: number }) => ({ answered: status === 200 || status === 204 });

const path = ({ id, query }: HotKey, step = '') => `/v1/keys/${id}${step}${query}`;
const remove: Way = async (key, send) => answer(await send('DELETE', path(key)));

/** The ways, each of which answers only when it is in force everywhere. */
export const ways: readonly Way[] = [
  remove,
  remove,
  async (key, send) => {
    const filter = { metadata: key.metadata };
    return answer(await send('POST', '/v1/keys/revoke', { filter, expectedCount: 1 }));
  },
  async (key, send) => answer(await send('POST', '/v1/leaks', { token: key.token })),
  async (key, send) =>
    answer(await send('POST', '/oauth2/revoke', new URLSearchParams({ token: key.token }))),
  async (key, send) => answer(await send('PATCH', path(key), { disabled: true })),
  async (key, send) =>
    answer(
      key.aloneIn === undefined
        ? await send('PATCH', path(key), { disabled: true })
        : await send('PATCH', `/v1/accounts/${key.aloneIn}`, { disabled: true }),
    ),
  async (key, send) =>
    answer(
      key.roleId === undefined
        ? await send('PATCH', path(key), { scopes: [] })
        : await send('PATCH', `/v1/roles/${key.roleId}`, { scopes: [] }),
    ),
  async (key, send) => answer(await send('PATCH', path(key), { allowedIps: ['203.0.113.0/24'] })),
  async (key, send) => {
    const notBefore = Date.now() + 200 + random(300);
    const expiresAt = new Date(notBefore).toISOString();
    return { ...answer(await send('PATCH', path(key), { expiresAt })), notBefore };
  },
  async (key, send) => answer(await send('POST', path(key, '/rotate'), { immediate: true })),
  // The first use of the new token ends the old one, on whichever replica it comes.
  async (key, send, sendElsewhere) => {
    const { status, body } = await send('POST', path(key, '/rotate'), { overlapSeconds: 0 });
    if (status !== 200) return { answered: false };
    const used = await sendElsewhere('POST', '/v1/keys/verify', { token: JSON.parse(body).token });
    return { answered: used.body.startsWith('{"valid":true') };
  },
];
