import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a server may be, as the driver has read it from its URL: a socket file, or hosts that are tried in turn. */
export interface Addresses {
  host: string[];
  port: number[];
  path: string | false;
}

/** A pool opens at most as many connections as it may hold in this time, in milliseconds. */
const interval = 100;

/**
 * Opens the connections of one pool, in place of the driver. If the other side accepts a connection and closes it at once,
 * as a proxy without a server does, the driver does not fail the statement that waits for it. It opens the next one, for
 * as long as that lasts: some 360 a second on a busy machine, ten times as many on an idle one.
 *
 * Here a close is an error, which fails the statement. Openings are paced as well, since some closes cannot be seen here
 * (within TLS), and the driver answers others with the next host.
 */
export class Sockets {
  readonly #max: number;
  /** When the latest openings were, by `performance.now()`; some may still have to come. */
  #openings: number[] = [];
  #turn = 0;
  readonly #connecting = new Set<Socket>();
  readonly #onMute: () => void;
  #closed = false;

  /**
   * @param max how many connections the pool may hold
   * @param onMute called when the driver sends nothing on a new connection. It will not on any later one in this place
   * either: this happens after a connection has ended between a statement and its sending
   */
  constructor(max: number, onMute: () => void) {
    this.#max = max;
    this.#onMute = onMute;
  }

  /** Begins a connection. Errors are the socket's to tell. */
  async open({ host, port, path }: Addresses): Promise<Socket> {
    await this.#pace();
    if (this.#closed)
      throw Object.assign(new Error('The connections are closed'), { code: 'CONNECTION_ENDED' });
    const turn = this.#turn++ % host.length;
    const socket = connect(path ? { path } : { host: host[turn] ?? 'localhost', port: port[turn] ?? 5432 });
    this.#connecting.add(socket);
    const settled = () => this.#connecting.delete(socket);
    socket.once('connect', settled).once('close', settled);
    let reason = 'The server closed the connection';
    // Emitted before the driver hears of the close. The close alone would not fail a statement that waits for this
    // connection, or that came to it after an error.
    socket.once('close', () =>
      socket.emit('error', Object.assign(new Error(reason), { code: 'CONNECTION_CLOSED' })),
    );
    const write = socket.write;
    let spoken = false;
    socket.write = (...args: unknown[]) => {
      spoken = true;
      socket.write = write;
      return Reflect.apply(write, socket, args);
    };
    // The driver speaks first, within a turn of the loop.
    socket.once('connect', () =>
      setImmediate(() => {
        if (spoken || socket.destroyed) return;
        this.#onMute();
        reason = 'The driver has lost the connection';
        socket.destroy();
      }),
    );
    // Read by the driver: the name that the certificate must have, and the names in errors. It passes no IP address on to
    // TLS, which then reads `_host`; without that, a certificate of localhost would be accepted.
    return Object.assign(socket, { host: host[turn], _host: host[turn], port: port[turn] });
  }

  /** Opens no more, and ends what the driver forgets when it ends: connections that are not there yet. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#connecting) socket.destroy();
  }

  async #pace(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, (this.#openings.at(-this.#max) ?? Number.NEGATIVE_INFINITY) + interval);
    this.#openings = [...this.#openings, at].slice(-this.#max);
    if (at > now) await pause(at - now);
  }
}
