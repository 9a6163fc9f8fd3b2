import type { Database, Metadata } from './db/schema.ts';
import { operatorAccountId } from './id.ts';
import { hashToken, isPlausible } from './token.ts';

/** What a verdict needs to know of a key. */
export interface VerifiedKey {
  id: string;
  accountId: string;
  externalId: string | null;
  name: string;
  scopes: string[];
  metadata: Metadata;
  expiresAt: Date | null;
  disabledAt: Date | null;
}

export type Verdict =
  | { valid: true; key: VerifiedKey }
  | { valid: false; reason: 'unknown' | 'expired' | 'disabled' | 'insufficient_scope' };

const refused = (reason: Extract<Verdict, { valid: false }>['reason']): Verdict => ({ valid: false, reason });

/** The keys a verifier may see: those of one account, or, for the operator's own, every key. */
const within = (reach: string, key: VerifiedKey) => reach === operatorAccountId || reach === key.accountId;

/**
 * Says whether a token is good at this instant. Never throws for a bad one, and never writes.
 * @param scopes those the key must carry, all of them
 * @param reach the account whose keys the verifier may see; the operator's own sees every key
 * @param now Unix time in milliseconds
 */
export async function verify(
  db: Database,
  token: string,
  { scopes = [], reach, now }: { scopes?: readonly string[] | undefined; reach: string; now: number },
): Promise<Verdict> {
  if (!isPlausible(token)) return refused('unknown');

  const key = await findByHash(db, hashToken(token));
  if (!key || !within(reach, key)) return refused('unknown');
  if (key.disabledAt) return refused('disabled');
  if (key.expiresAt && now >= key.expiresAt.getTime()) return refused('expired');
  if (!scopes.every((scope) => key.scopes.includes(scope))) return refused('insufficient_scope');

  return { valid: true, key };
}

const findByHash = (db: Database, hash: Uint8Array): Promise<VerifiedKey | undefined> =>
  db
    .selectFrom('keys')
    .innerJoin('accounts', 'accounts.id', 'keys.account_id')
    .select([
      'keys.id',
      'keys.account_id as accountId',
      'accounts.external_id as externalId',
      'keys.name',
      'keys.scopes',
      'keys.metadata',
      'keys.expires_at as expiresAt',
      'keys.disabled_at as disabledAt',
    ])
    .where('keys.hash', '=', hash)
    .executeTakeFirst();
