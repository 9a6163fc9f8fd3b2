import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { CloseCode } from '../../api/verifier.ts';
import type { Invalidation } from '../../decide/frames.ts';
import type { ServiceContext } from '../context.ts';
import { type Followers, type Freshness, outlast, trust } from '../replication/freshness.ts';
import { Closes } from './closes.ts';
import { Leases } from './leases.ts';
import { type Hub, Link, type Socket } from './link.ts';
import { Penalties } from './penalties.ts';

/** How many verifiers can be connected, or wait to be let in; and how many more connections can be about to say hello. */
const maxOpen = 10_000;
const maxNew = 200;
/** After this time without acknowledging a barrier, in milliseconds, a verifier gets no trust until it does. */
const patience = 250;
/** How long a replica that ends waits for verifiers to move, in milliseconds: for all of them, and for each next one. */
const patienceToMove = { all: 8_000, next: 2_000 };
/** How long `close` takes at most, in milliseconds: until they have moved, and then until all trust has ended. */
export const longestLeave = patienceToMove.all + outlast(trust);

/**
 * The verifiers that follow this replica: they answer from what it told them, and hear of every change from it. See
 * docs/REVOCATION.md.
 */
export class Verifiers implements Followers, Hub {
  readonly context: ServiceContext;
  /** The links that this replica closed. */
  readonly closes: Closes;
  readonly #freshness: Freshness;
  readonly #leases = new Leases<Link>((link) => this.dropStuck(link));
  readonly #penalties = new Penalties();
  /** Links before their hello, while their token is looked up, and that are let in. */
  readonly #new = new Set<Link>();
  readonly #greeted = new Set<Link>();
  readonly #open = new Set<Link>();
  /** The last link of each verifier that may have trust, by the verifier's name. */
  readonly #latest = new Map<string, Link>();
  #accepted = 0;
  /** Messages for all links, as JSON, in order. */
  #pending: string[] = [];
  /** Takes no new verifiers. */
  #isLeaving = false;
  /** Gives no more trust. */
  #isEnding = false;
  /** Called when a verifier goes. */
  #onGone = () => {};

  constructor(context: ServiceContext, freshness: Freshness) {
    this.context = context;
    this.closes = new Closes(context.log);
    this.#freshness = freshness;
    freshness.subscribe({ followers: this });
  }

  /** How many verifiers are connected. */
  get size(): number {
    return this.#open.size;
  }

  get isOpen(): boolean {
    return !this.#isLeaving && this.#open.size + this.#greeted.size <= maxOpen;
  }

  get isTrusting(): boolean {
    return !this.#isEnding && this.#freshness.isFresh();
  }

  /** Takes an open WebSocket. Pass to the link what is received on it, and its end. */
  accept(socket: Socket): Link {
    this.#accepted += 1;
    const link = new Link(this, socket, this.#accepted);
    this.#new.add(link);
    if (this.#isLeaving) link.close(4503, 'This replica takes no more verifiers.');
    else if (this.#new.size > maxNew) this.#closeOldest();
    return link;
  }

  /** Anybody can open connections and say nothing. They must not keep out those who say hello at once. */
  #closeOldest(): void {
    const [oldest] = this.#new;
    oldest?.close(4408, 'Too many connections are about to say hello.');
  }

  greeted(link: Link): void {
    this.#new.delete(link);
    this.#greeted.add(link);
  }

  opened(link: Link): void {
    this.#greeted.delete(link);
    const other = this.#latest.get(link.instance);
    // A verifier opens a connection after it gave the one before up. That one's hello may still arrive, or be judged, later.
    if (other && other.number > link.number) {
      link.close(4408, 'The verifier has a newer connection.');
      return;
    }
    this.#open.add(link);
    this.#latest.set(link.instance, link);
    if (!other) return;
    // It has forgotten what it was told there.
    other.close(4408, 'The verifier has another connection.');
    this.#leases.giveUp(other);
  }

  closing({ instance, ip }: Link, code: CloseCode, reason: string): void {
    this.closes.add({ code, reason, instance, ip });
  }

  closed(link: Link, { saidBye }: { saidBye: boolean }): void {
    this.#new.delete(link);
    this.#greeted.delete(link);
    if (this.#open.delete(link)) this.#onGone();
    if (saidBye) this.#gone(link);
    else setTimeout(() => this.#gone(link), outlast(trust)).unref();
  }

  giveTrust(link: Link): number {
    const isRefused =
      !this.isTrusting ||
      this.#penalties.isPenalised(link.instance, performance.now()) ||
      this.#leases.overdue(link) > patience;
    const given = isRefused ? 0 : Math.floor(this.#freshness.trustLeft());
    if (given > 0) this.#leases.grant(link, given);
    return given;
  }

  acknowledge(link: Link, barrier: number): void {
    this.#leases.acknowledge(link, barrier);
  }

  /** Penalises a verifier that does not read what it is sent, or made a change wait until its trust ended, and closes it. */
  dropStuck(link: Link): void {
    if (this.#isEnding) return;
    this.#penalties.penalise(link.instance, performance.now());
    link.close(4408, 'The verifier did not read or acknowledge what it was sent.');
  }

  tell(change: Invalidation): void {
    if (this.#open.size === 0) return;
    this.#queue(JSON.stringify(change));
    for (const link of this.#open) if (link.isConcernedBy(change)) this.#forgets(link);
  }

  settled(): Promise<void> | undefined {
    const begun = this.#leases.begin();
    if (!begun) return undefined;
    this.#queue(JSON.stringify({ kind: 'barrier', barrier: begun.barrier }));
    return begun.settled;
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const frame = `[${this.#pending.join()}]`;
    this.#pending = [];
    for (const link of this.#open) link.sendFrame(frame);
  }

  /**
   * Asks all verifiers to move to another replica, takes no new ones, and serves those that are connected until they have
   * moved. Then it closes the connections that are left. Resolves when no verifier answers by what this replica told it.
   */
  async close(): Promise<void> {
    this.#isLeaving = true;
    this.#queue(JSON.stringify({ kind: 'moving' }));
    this.flush();
    await this.#moved();
    this.#isEnding = true;
    const settled = this.#leases.begin()?.settled;
    for (const link of [...this.#new, ...this.#greeted, ...this.#open])
      link.close(4503, 'The replica is ending.');
    await settled;
  }

  /** Resolves when all verifiers have moved, or no more of them do: they may find no other replica. */
  async #moved(): Promise<void> {
    if (this.#open.size === 0 || this.#freshness.isSole) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const all = setTimeout(resolve, patienceToMove.all);
    const next = setTimeout(resolve, patienceToMove.next);
    this.#onGone = () => {
      next.refresh();
      if (this.#open.size === 0) resolve();
    };
    await promise;
    clearTimeout(all);
    clearTimeout(next);
  }

  /** Makes a verifier whose own key may have changed ask for everything again. Then its key is checked. */
  #forgets(link: Link): void {
    this.flush();
    link.sendFrame(JSON.stringify([{ kind: 'changed_all' }]));
  }

  /** A closed link whose trust has ended. */
  #gone(link: Link): void {
    this.#leases.giveUp(link);
    if (this.#latest.get(link.instance) === link) this.#latest.delete(link.instance);
  }

  /** Queues a message for all links. Those of one turn of the event loop go in one frame. */
  #queue(message: string): void {
    this.#pending.push(message);
    if (this.#pending.length === 1) setImmediate(() => this.flush());
  }
}
