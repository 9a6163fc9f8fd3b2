import type { Outcome, Send } from '../../scripts/support/client.ts';
import type { Fleet } from '../support/fleet.ts';

/** What the rounds of limits share: keys with limits, and a load on every replica. */

export const random = (count: number) => Math.floor(Math.random() * count);

export interface GivenLimit {
  name: string;
  limit: number;
  windowSeconds: number;
}
export interface Minted {
  id: string;
  token: string;
}

export const mint = (
  { call, accountId }: Fleet,
  given: { limits?: GivenLimit[]; quota?: { remaining: number } },
) => call<Minted>('POST', `/v1/keys?accountId=${accountId}`, { name: 'Limited', ...given });

interface Verdict {
  valid: boolean;
  reason?: string;
  limits?: { name: string; resetAt: string }[];
}
export const verdictOf = ({ status, body }: Outcome): Verdict | undefined =>
  status === 200 ? JSON.parse(body) : undefined;

/** Calls `work` again and again in some workers at each place until `done`, each with a client of its own. */
export async function load(
  fleet: Fleet,
  perPlace: number | ((place: number) => number),
  done: () => boolean,
  work: (send: Send, place: number) => Promise<void>,
): Promise<void> {
  const one = async (place: number) => {
    const send = fleet.connect(place);
    while (!done()) await work(send, place);
  };
  const countAt = typeof perPlace === 'number' ? () => perPlace : perPlace;
  const places = Array.from({ length: fleet.size }, (_, place) => place);
  await Promise.all(places.flatMap((place) => Array.from({ length: countAt(place) }, () => one(place))));
}

/** How a load is spread over the replicas. */
export const weights = [0.7, 0.1, 0.1, 0.1];
