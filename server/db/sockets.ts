import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a server may be, as the driver has read it from its URL: a socket file, or hosts that are tried in turn. */
export interface Addresses {
  host: string[];
  port: number[];
  path: string | false;
}

/** In this time, in milliseconds, a pool opens at most as many connections as it may hold. */
const interval = 100;

/**
 * Opens the connections of one pool, in place of the driver, which never tells the statement that waits for a
 * connection when the other side accepts it and closes it at once, as a proxy without a server behind it does, but
 * opens the next, for as long as that lasts: some 360 a second on a busy machine, ten times that on an idle one.
 *
 * Here, an end is an error, which fails the statement; and openings are paced, since there are ends that cannot be seen
 * here (within TLS) or that the driver answers with the next host.
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
   * @param onMute told that the driver says nothing on a new connection, as on any that it will have in this place: it
   * does so where one ended between a statement and its sending
   */
  constructor(max: number, onMute: () => void) {
    this.#max = max;
    this.#onMute = onMute;
  }

  /** Begins a connection. Errors are the socket's to tell. */
  async open({ host, port, path }: Addresses): Promise<Socket> {
    await this.#pace();
    if (this.#closed) throw Object.assign(new Error('The pool is closed'), { code: 'CONNECTION_ENDED' });
    const turn = this.#turn++ % host.length;
    const socket = connect(path ? { path } : { host: host[turn] ?? 'localhost', port: port[turn] ?? 5432 });
    this.#connecting.add(socket);
    const settled = () => this.#connecting.delete(socket);
    socket.once('connect', settled).once('close', settled);
    let reason = 'The server closed the connection';
    // Before the driver hears of the end, which alone would not fail a statement that waits for this connection, nor
    // one that came to it after an error.
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
    // For the driver: the name that a certificate must have, and what errors name. An address it leaves out, and TLS then
    // takes `_host`, or else would accept a certificate of localhost.
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
