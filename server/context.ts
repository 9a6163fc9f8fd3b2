import type { Logger } from 'pino';
import type { ContractName } from '../decide/contracts.ts';
import type { GenerationalCache } from '../decide/generational-cache.ts';
import type { Policy } from '../decide/policy.ts';
import type { Keys } from '../decide/verified-key.ts';
import type { PasswordAttempts } from './accounts/password-attempts.ts';
import type { Database } from './db/schema.ts';
import type { Signer } from './jwt/signing.ts';
import type { KeyInserts } from './keys/inserts.ts';
import type { GithubKeys } from './leaks/github-keys.ts';
import type { LeakPolicy } from './leaks/leaks.ts';
import type { Blocks } from './limits/blocks.ts';
import type { ResponseCounts } from './response-counts.ts';
import type { TokenPrefixes } from './token.ts';
import type { UsageRecorder } from './usage/recorder.ts';
import type { Verifications } from './verify/verifications.ts';

/** What the configuration says of how the service behaves. */
export interface Settings {
  /** The contracts that are served. */
  contracts: readonly ContractName[];
  /** Where integrators reach the service, without a trailing slash. */
  publicUrl: string;
  /** What new tokens can begin with; the first is the default. */
  tokenPrefixes: TokenPrefixes;
  /** How long the answer of an introspection may be cached, in seconds. */
  introspectionMaxAge: number;
  signUp: 'open' | 'closed';
  /** What the keys of an account are held to where its own policy says nothing else. */
  defaultPolicy: Policy;
  leakPolicy: LeakPolicy;
  /** Origins that browsers may call from; `*` for any. */
  corsOrigins: string[];
  /** The header in which a trusted proxy names the client's address; without one, the connection's counts. */
  clientIpHeader: string | undefined;
}

/** Everything that the service works with. It is passed in, so tests can bring their own clock and database. */
export interface ServiceContext extends Settings {
  db: Database;
  /** The keys that a token is verified against. */
  keys: Keys;
  /** What this process holds of the limits of keys. */
  limits: Blocks;
  /** Inserts new keys. */
  keyInserts: KeyInserts;
  /** Waits until what is committed by now is in force in every replica. Awaited before a change of a key is answered. */
  settled: () => Promise<void>;
  /** Unix time in milliseconds. */
  now: () => number;
  usage: UsageRecorder;
  /** The hashes of the tokens that callers sent lately. */
  callerHashes: GenerationalCache<string>;
  verifications: Verifications;
  responseCounts: ResponseCounts;
  /** The metrics of this replica, of all its workers, in the Prometheus text format. */
  metrics: () => Promise<string>;
  passwordAttempts: PasswordAttempts;
  signer: Signer;
  log: Logger;
  /** Whether the process was told to stop. */
  isStopping: () => boolean;
  /** One, or two while it is rotated. */
  operatorTokens: readonly string[];
  /** Undefined: no reports of GitHub are taken. */
  githubKeys: GithubKeys | undefined;
}
