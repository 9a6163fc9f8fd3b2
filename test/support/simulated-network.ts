import type { Verifiers } from '../../server/verifiers/verifiers.ts';
import type { Process, Simulation } from './simulated-time.ts';

/** What holds up all that goes one way. */
export interface Line {
  heldUntil: number;
}

/** Both ways of one or more connections. */
export class Lines {
  readonly up: Line = { heldUntil: 0 };
  readonly down: Line = { heldUntil: 0 };
}

/** One direction of a connection: what is sent arrives in order, and as late as it takes. */
export class Channel {
  isCut = false;
  readonly #line: Line;
  readonly #simulation: Simulation;
  readonly #to: Process | undefined;
  readonly #sent: (() => void)[] = [];

  /** @param to whose code runs when something arrives; undefined: that of the database */
  constructor(simulation: Simulation, to: Process | undefined, line: Line) {
    this.#simulation = simulation;
    this.#to = to;
    this.#line = line;
  }

  /** @param arrive what happens at the other end */
  send(arrive: () => void): void {
    const at = this.#simulation.time + this.#simulation.delay();
    this.#sent.push(arrive);
    const due = () => Math.max(at, this.#line.heldUntil);
    // Whatever was sent first: a message that is late holds up those behind it.
    const next = () => {
      const arrived = this.#sent.shift();
      if (!this.isCut) arrived?.();
    };
    if (this.#to) this.#to.receive(due, next);
    else this.#simulation.schedule(undefined, due, next);
  }
}

/** Where WebSockets of verifiers lead. */
export interface Host {
  process: Process;
  verifiers: Verifiers;
}

/** How a connection breaks: one end notices at once, the other one later. What is on its way to that one may arrive. */
export interface Cut {
  first: 'client' | 'server';
  milliseconds: number;
  isLost: boolean;
}

/** As much of a WebSocket as a verifier uses. */
export abstract class SimulatedSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly lines = new Lines();
  readonly up: Channel;
  readonly down: Channel;
  readonly client: Process;
  readonly host: Host;
  readonly #simulation: Simulation;
  readonly #onClose: (() => void)[] = [];
  #link: ReturnType<Verifiers['accept']> | undefined;

  constructor(simulation: Simulation, host: Host) {
    this.#simulation = simulation;
    this.client = simulation.running as Process;
    this.host = host;
    this.up = new Channel(simulation, host.process, this.lines.up);
    this.down = new Channel(simulation, this.client, this.lines.down);
    this.up.send(() => {
      this.#link = host.verifiers.accept({
        send: (data) => this.down.send(() => this.readyState === 1 && this.onmessage?.({ data })),
        close: (code, reason) => this.down.send(() => this.#closed(code, reason)),
        unsent: () => 0,
        client: () => ({ ip: null, userAgent: null }),
      });
      this.down.send(() => {
        this.readyState = 1;
        this.onopen?.();
      });
    });
  }

  addEventListener(_type: 'close', listener: () => void): void {
    this.#onClose.push(listener);
  }

  send(frame: string): void {
    this.up.send(() => this.#link?.receive(frame));
  }

  close(): void {
    this.readyState = 2;
    this.up.send(() => {
      this.#link?.ended();
      this.down.send(() => this.#closed(1000, ''));
    });
  }

  cut({ first, milliseconds, isLost }: Cut): void {
    const ends = {
      client: { process: this.client, channel: this.down, end: () => this.#closed(1006, '') },
      server: { process: this.host.process, channel: this.up, end: () => this.#link?.ended() },
    };
    const now = this.#simulation.now;
    const early = ends[first];
    const late = ends[first === 'client' ? 'server' : 'client'];
    early.channel.isCut = true;
    early.process.receive(() => now, early.end);
    late.channel.isCut = isLost;
    this.lines[first === 'client' ? 'up' : 'down'].heldUntil = now + milliseconds;
    late.process.receive(() => now + milliseconds + 1, late.end);
  }

  #closed(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
    for (const listener of this.#onClose) listener();
  }
}
