import { Clock } from '../../../decide/clock.ts';
import {
  type FromReplica,
  type FromVerifier,
  maxAsked,
  pingInterval,
  protocol,
} from '../../../decide/frames.ts';
import { after, type Instant, past } from '../../../decide/instant.ts';
import { invalidate, KeyCache } from '../../../decide/key-cache.ts';
import type { Tombstone } from '../../../decide/verified-key.ts';
import type { CoreOptions } from '../core/options.ts';
import { assertSendable } from '../core/token.ts';
import { fromDigits, toDigits } from './hash.ts';
import { type KnownKey, knownFrom } from './known-key.ts';

/**
 * After how many unanswered pings a connection is given up. They are counted instead of timed: a process that was blocked
 * for long has not read yet what has arrived.
 */
const patience = 5;
/** For how many pings there is no trust until that is told: a process that was blocked has it back with the next one. */
const lapse = 3;
/** After how many pings without trust a connection is given up: another replica may give some. */
const longestLapse = 25;
/** After how many pings a question that is not answered is given up, and how many questions can wait to be sent. */
const answerWithin = 2;
const maxWanted = 2_000;

/** What a connection tells its verifier. */
export interface ConnectionEvents {
  /** Trust was given where there was none. */
  trusted(): void;
  /** There has been no trust for a while, although the connection is there: the replica cannot reach its database, say. */
  lapsed(): void;
  /** The uses of this number are counted. */
  used(number: number): void;
  /** The replica ends soon. */
  moving(): void;
  /** The connection is closed. `code`: that of the WebSocket. */
  closed(code: number, reason: string): void;
}

/** What all connections of a verifier share. */
export interface Introduction extends Pick<CoreOptions, 'dangerouslyAllowBrowser'> {
  url: string;
  token: string | (() => string | undefined | Promise<string | undefined>);
  instance: string;
  cacheBytes: number;
  WebSocket: typeof WebSocket;
  /** Those of all its connections that were opened and are not closed yet. */
  sockets: Set<WebSocket>;
}

/** The replica could not ask its database, or there is no connection to it. */
const blind = () => new Error('The replica cannot be asked.');

/**
 * A connection to one replica, and a cache of the keys that the replica told. The cache is correct only by the order of the
 * messages on this connection, so it ends with the connection.
 */
export class Connection {
  readonly keys: KeyCache<KnownKey>;
  readonly clock = new Clock();
  readonly #socket: WebSocket;
  readonly #events: ConnectionEvents;
  readonly #pinging: ReturnType<typeof setInterval>;
  /** Until when the cache can be trusted. */
  #trusted = past;
  #isWelcome = false;
  #isEnded = false;
  /** When each unanswered ping was sent. */
  readonly #pings = new Map<number, Instant>();
  #ping = 0;
  /** How often `#beat` was called since the last message. */
  #silence = 0;
  /** How often in a row `#beat` found no trust. */
  #untrusted = 0;
  /** Questions to send, and questions that are sent and not answered yet. */
  #wanted: Question[] = [];
  #asked: Question[] = [];

  constructor(introduction: Introduction, events: ConnectionEvents) {
    const { url, token, instance, cacheBytes, WebSocket, sockets } = introduction;
    this.#events = events;
    this.keys = new KeyCache<KnownKey>({
      find: (hash) => (this.isTrusted() ? this.#ask(hash) : Promise.reject(blind())),
      isFresh: () => this.isTrusted(),
      bytes: cacheBytes,
    });
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = async () => {
      sockets.add(socket);
      try {
        const bearer = (typeof token === 'function' ? await token() : token) ?? '';
        if (bearer) assertSendable(bearer, introduction);
        this.send({ kind: 'hello', version: protocol, token: bearer, instance });
      } catch (error) {
        this.#fail(1006, String(error));
      }
    };
    socket.addEventListener('close', () => sockets.delete(socket));
    socket.onmessage = ({ data }) => this.#receive(data);
    const closed = (code: number, reason?: string) => {
      this.#fail(code, reason || (this.#isWelcome ? '' : `No connection to ${url} was opened (${code}).`));
    };
    socket.onclose = ({ code, reason }) => closed(code, reason);
    // The event `close` follows, and has the reason. On Node 22 it does not, where no connection was opened.
    socket.onerror = () => this.#isWelcome || closed(1006);
    this.#pinging = setInterval(() => this.#beat(), pingInterval);
  }

  /** Whether the cache has every change that was answered. */
  isTrusted(): boolean {
    return this.trustedAt() !== undefined;
  }

  /** `performance.now()`, if the cache can be trusted now. A verification reads the clock only here. */
  trustedAt(): number | undefined {
    const now = performance.now();
    return now < this.#trusted.monotonic && Date.now() < this.#trusted.wall ? now : undefined;
  }

  /** Sends messages, where the connection is open. */
  send(...messages: FromVerifier[]): void {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(messages));
  }

  /** Tells the replica that this connection is no longer answered from, and closes it. */
  leave(): void {
    this.#end();
    this.send({ kind: 'bye' });
    this.#socket.close();
  }

  /** The connection has failed, unless it has ended already. */
  #fail(code: number, reason: string): void {
    if (this.#isEnded) return;
    this.#end();
    const socket: Cuttable = this.#socket;
    if (socket.terminate) socket.terminate();
    else socket.close();
    this.#events.closed(code, reason);
  }

  #end(): void {
    this.#isEnded = true;
    clearInterval(this.#pinging);
    this.#socket.onmessage = null;
    this.#trusted = past;
    this.#giveUp(this.#ping);
  }

  /** Rejects the questions that were asked until a ping was sent, so that whoever waits can ask over HTTP. */
  #giveUp(ping: number): void {
    // Those in `#asked` stay there: their answer still comes, and no other ask is sent before.
    for (const question of [...this.#asked, ...this.#wanted])
      if (question.ping <= ping) question.reject(blind());
    this.#wanted = this.#wanted.filter((question) => question.ping > ping);
  }

  #beat(): void {
    const now = performance.now();
    this.#silence += 1;
    if (this.#silence > patience) {
      this.#fail(1006, 'The service did not answer.');
      return;
    }
    if (this.isTrusted()) {
      this.#untrusted = 0;
      this.#giveUp(this.#ping - answerWithin);
    } else {
      this.#giveUp(this.#ping);
      this.#untrusted += 1;
      if (this.#untrusted === lapse) this.#events.lapsed();
      if (this.#untrusted > longestLapse) {
        this.#fail(1006, 'The service could not tell of changes.');
        return;
      }
    }
    if (!this.#isWelcome) return;
    this.#ping += 1;
    this.#pings.set(this.#ping, { monotonic: now, wall: Date.now() });
    this.send({ kind: 'ping', ping: this.#ping });
  }

  #receive(frame: unknown): void {
    this.#silence = 0;
    try {
      for (const message of JSON.parse(String(frame)) as FromReplica[]) this.#take(message);
    } catch (error) {
      this.#fail(1002, String(error));
    }
  }

  #take(message: FromReplica): void {
    switch (message.kind) {
      case 'welcome':
        this.#isWelcome = true;
        this.#beat();
        break;
      case 'pong':
        this.#trust(message);
        break;
      case 'found':
        this.#answer(message);
        break;
      case 'unavailable':
        this.#answered();
        break;
      case 'barrier':
        this.send({ kind: 'ack', barrier: message.barrier });
        break;
      case 'used':
        this.#events.used(message.number);
        break;
      case 'moving':
        this.#events.moving();
        break;
      case 'changed':
        this.keys.invalidate(fromDigits(message.hash));
        break;
      default:
        invalidate(this.keys, message);
    }
  }

  /** Counts the trust from when the ping was sent: the replica can only have given it after that. */
  #trust({ ping, trust, now }: Extract<FromReplica, { kind: 'pong' }>): void {
    const sent = this.#pings.get(ping);
    if (!sent) return;
    this.#pings.delete(ping);
    this.clock.read(now, sent.monotonic, performance.now());
    if (trust === 0) return;
    const wasTrusted = this.isTrusted();
    this.#trusted = after(sent, trust);
    if (!wasTrusted && this.isTrusted()) this.#events.trusted();
  }

  #ask(hash: string): Promise<KnownKey | Tombstone | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#wanted.length === maxWanted) throw blind();
      this.#wanted.push({ hash, ping: this.#ping, resolve, reject });
      // Questions of one turn of the event loop go in one frame.
      if (this.#wanted.length === 1) queueMicrotask(() => this.#askNext());
    });
  }

  #askNext(): void {
    if (this.#asked.length > 0 || this.#wanted.length === 0) return;
    this.#asked = this.#wanted.splice(0, maxAsked);
    this.send({ kind: 'ask', hashes: this.#asked.map(({ hash }) => toDigits(hash)) });
  }

  /** Rejects the questions that got no answer, and sends the next ones. */
  #answered(): void {
    for (const { reject } of this.#asked.splice(0)) reject(blind());
    this.#askNext();
  }

  #answer({ found }: Extract<FromReplica, { kind: 'found' }>): void {
    for (const wire of found) {
      // Before its question is taken out: if this throws, `#fail` rejects those that are left.
      const known = knownFrom(wire);
      // A key that must not be kept has changed while it was asked for.
      if (!wire.keep) this.keys.invalidate(fromDigits(wire.hash));
      this.#asked.shift()?.resolve(known);
    }
    this.#answered();
  }
}

/** A WebSocket of Bun, or of the package ws, can be cut. Others wait for the other end, for as long as it takes. */
interface Cuttable extends WebSocket {
  terminate?(): void;
}

interface Question {
  hash: string;
  /** The last ping before it. */
  ping: number;
  resolve: (found: KnownKey | Tombstone | undefined) => void;
  reject: (error: Error) => void;
}
