import type { Verifiers } from '../../server/verifiers/verifiers.ts';
import type { Process, Simulation } from './simulated-time.ts';

/** What holds up all that goes one way, on one or more connections. */
interface Line {
  heldUntil: number;
}

/** Both ways of one or more connections. */
export interface Lines {
  up: Line;
  down: Line;
}

export const newLines = (): Lines => ({ up: { heldUntil: 0 }, down: { heldUntil: 0 } });

/** One direction of a connection: what is sent arrives in order, and as late as it takes. */
class Channel {
  isCut = false;
  readonly line: Line;
  /** Whose code runs when something arrives. Undefined: that of the database. */
  readonly to: Process | undefined;
  readonly #simulation: Simulation;
  readonly #sent: (() => void)[] = [];

  constructor(simulation: Simulation, to: Process | undefined, line: Line) {
    this.#simulation = simulation;
    this.to = to;
    this.line = line;
  }

  /** @param arrive what happens at the other end */
  send(arrive: () => void): void {
    const at = this.#simulation.time + this.#simulation.delay();
    this.#sent.push(arrive);
    const due = () => Math.max(at, this.line.heldUntil);
    // Whatever was sent first: a message that is late holds up those behind it.
    this.#simulation.receive(this.to, due, () => {
      const arrived = this.#sent.shift();
      if (!this.isCut) arrived?.();
    });
  }
}

/** How a connection breaks: one end notices at once, the other one later. What is on its way to that one may arrive. */
export interface Cut {
  first: 'client' | 'server';
  milliseconds: number;
  isLost: boolean;
}

/** A connection between two processes, or from one to the database. */
export class Connection {
  readonly up: Channel;
  readonly down: Channel;
  readonly lines: Lines;
  readonly #simulation: Simulation;
  readonly #ended: Record<Cut['first'], () => void>;

  /** @param ended what each end does when it notices that the connection is broken */
  constructor(
    simulation: Simulation,
    { client, server }: { client: Process; server?: Process },
    ended: Record<Cut['first'], () => void>,
    lines = newLines(),
  ) {
    this.#simulation = simulation;
    this.#ended = ended;
    this.lines = lines;
    this.up = new Channel(simulation, server, lines.up);
    this.down = new Channel(simulation, client, lines.down);
  }

  cut({ first, milliseconds, isLost }: Cut): void {
    const { now } = this.#simulation;
    const last = first === 'client' ? 'server' : 'client';
    const arriving = { client: this.down, server: this.up };
    const [early, late] = [arriving[first], arriving[last]];
    early.isCut = true;
    late.isCut = isLost;
    late.line.heldUntil = Math.max(late.line.heldUntil, now + milliseconds);
    this.#simulation.receive(early.to, () => now, this.#ended[first]);
    this.#simulation.receive(late.to, () => now + milliseconds + 1, this.#ended[last]);
  }
}

/** Where WebSockets of verifiers lead. */
export interface Host {
  process: Process;
  verifiers: Verifiers;
}

/** As much of a WebSocket as a verifier uses. */
export abstract class SimulatedSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly connection: Connection;
  readonly host: Host;
  readonly #onClose: (() => void)[] = [];
  #link: ReturnType<Verifiers['accept']> | undefined;

  constructor(simulation: Simulation, host: Host) {
    this.host = host;
    this.connection = new Connection(
      simulation,
      { client: simulation.running as Process, server: host.process },
      { client: () => this.#closed(1006, ''), server: () => this.#link?.ended() },
    );
    const { up, down } = this.connection;
    up.send(() => {
      this.#link = host.verifiers.accept({
        send: (data) => down.send(() => this.readyState === 1 && this.onmessage?.({ data })),
        close: (code, reason) => down.send(() => this.#closed(code, reason)),
        unsent: () => 0,
        client: () => ({ ip: null, userAgent: null }),
      });
      down.send(() => {
        this.readyState = 1;
        this.onopen?.();
      });
    });
  }

  addEventListener(_type: 'close', listener: () => void): void {
    this.#onClose.push(listener);
  }

  send(frame: string): void {
    this.connection.up.send(() => this.#link?.receive(frame));
  }

  close(): void {
    this.readyState = 2;
    this.connection.up.send(() => {
      this.#link?.ended();
      this.connection.down.send(() => this.#closed(1000, ''));
    });
  }

  #closed(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
    for (const listener of this.#onClose) listener();
  }
}
