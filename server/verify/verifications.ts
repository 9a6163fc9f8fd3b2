import { outcomes, zeroUses } from '../../decide/outcomes.ts';
import type { Verdict } from '../../decide/verified-key.ts';
import { malformed } from './verify.ts';

/** Why a token was checked: a verifier asked for a verdict, or its holder called this API, or exchanged it. */
export const purposes = ['verify', 'authenticate', 'exchange'] as const;
export type Purpose = (typeof purposes)[number];
/**
 * Where the verdict came from. `none`: its form or its signature was enough to refuse the token. The first verification of
 * an exchanged token in a process waits for its signature, and counts as `database` wherever its key was found.
 */
export const sources = ['cache', 'database', 'none'] as const;
type Source = (typeof sources)[number];
export const verdicts = [...outcomes, 'unknown'] as const;
type Counts = Record<(typeof verdicts)[number], number>;

const noVerdicts = (): Counts => ({ ...zeroUses(), unknown: 0 });
const bySource = (): Record<Source, Counts> => ({
  cache: noVerdicts(),
  database: noVerdicts(),
  none: noVerdicts(),
});

/** How many tokens this process has checked since it started. Plain numbers: every verification adds one. */
export class Verifications {
  readonly #counts: Record<Purpose, Record<Source, Counts>> = {
    verify: bySource(),
    authenticate: bySource(),
    exchange: bySource(),
  };

  /**
   * @param isCached whether the key was found without waiting
   * @param times how often the token was presented
   */
  count(purpose: Purpose, verdict: Verdict, isCached: boolean, times: number): void {
    const source = verdict === malformed ? 'none' : isCached ? 'cache' : 'database';
    this.#counts[purpose][source][verdict.valid ? 'valid' : verdict.reason] += times;
  }

  counted(purpose: Purpose, source: Source): Readonly<Counts> {
    return this.#counts[purpose][source];
  }
}
