import { clearTimeout, setTimeout } from 'node:timers';
import {
  type CloseCode,
  helloWithin,
  maxHelloBytes,
  readFrame,
  verifierSecurity,
} from '../../api/verifier.ts';
import type { Client } from '../../decide/client.ts';
import {
  type FromReplica,
  type FromVerifier,
  type Invalidation,
  maxFrameBytes,
} from '../../decide/frames.ts';
import { isPromise } from '../../decide/maybe-async.ts';
import { authenticate, isStillAdmitted } from '../auth/authenticate.ts';
import type { ServiceContext } from '../context.ts';
import {
  DatabaseUnavailable,
  InsufficientScope,
  loggable,
  Refusal,
  Unauthenticated,
  WrongCaller,
} from '../errors.ts';
import type { OpenSocket, SocketHandler } from '../http/websocket.ts';
import { answerAsk } from './answers.ts';
import { recordUses } from './uses.ts';

/** After which time uses are recorded again that could not be, in milliseconds. */
const retryUses = 1_000;

/** The WebSocket of a verifier. */
export interface Socket extends OpenSocket {
  /** Who opened it. */
  client: () => Client;
}

/** What a link needs of the replica that it leads to. */
export interface Hub {
  context: ServiceContext;
  /** Whether the replica takes on another verifier. */
  readonly isOpen: boolean;
  /** Sends every change that was heard of to all links. Called before anything else is sent. */
  flush(): void;
  /** Whether the replica gives trust at all now. */
  readonly isTrusting: boolean;
  /** Gives a link as much trust as it may have now, in milliseconds. */
  giveTrust(link: Link): number;
  acknowledge(link: Link, barrier: number): void;
  /** Closes the link of a verifier that does not read what it is sent. */
  dropStuck(link: Link): void;
  /** The link has said hello, and its token is being looked up. */
  greeted(link: Link): void;
  /** The link is let in. */
  opened(link: Link): void;
  /** The replica is about to close the link. */
  closing(link: Link, code: CloseCode, reason: string): void;
  /** @param saidBye whether the verifier said that it no longer answers from memory */
  closed(link: Link, how: { saidBye: boolean }): void;
}

/**
 * A verifier with more unsent bytes than this does not read. The answer to one ask has fewer, unless most of its 50 keys have
 * all the metadata and scopes that a key can have.
 */
const maxUnsent = 1_048_576;

type Of<Kind extends FromVerifier['kind']> = Extract<FromVerifier, { kind: Kind }>;

/** The connection of one verifier: handles its messages in order, and answers them. */
export class Link implements SocketHandler {
  /** The name that the verifier gave itself. Empty before its hello. */
  instance = '';
  /** In the order in which the replica accepted its links. */
  readonly number: number;
  readonly #hub: Hub;
  readonly #socket: Socket;
  readonly #silence: ReturnType<typeof setTimeout>;
  /** The token of the key that the verifier was let in with, and its hash. Undefined: it was the operator token. */
  #key: { token: string; hash: string } | undefined;
  #state: 'new' | 'greeted' | 'open' | 'closed' = 'new';
  #isAsking = false;
  #isTelling = false;

  constructor(hub: Hub, socket: Socket, number: number) {
    this.number = number;
    this.#hub = hub;
    this.#socket = socket;
    this.#silence = setTimeout(() => this.close(4408, 'No hello came in time.'), helloWithin);
  }

  /** The address of the verifier. */
  get ip(): string | null {
    return this.#socket.client().ip;
  }

  /** Takes a frame. Never throws. */
  receive(text: string): void {
    const isTooLong = text.length > (this.#state === 'new' ? maxHelloBytes : maxFrameBytes);
    const messages = isTooLong ? undefined : readFrame(text);
    if (!messages) {
      this.close(4400, 'This is no frame of the protocol.');
      return;
    }
    for (const message of messages) this.#take(message);
  }

  refuse(): void {
    this.close(4400, 'A frame is text.');
  }

  /** Whether a change may concern the verifier's own key. */
  isConcernedBy(change: Invalidation): boolean {
    if (!this.#key) return false;
    return change.kind === 'changed' ? change.hash === this.#key.hash : change.kind !== 'account_changed';
  }

  /** Sends a frame to a verifier that is let in. */
  sendFrame(frame: string): void {
    if (this.#state !== 'open') return;
    if (this.#socket.unsent() > maxUnsent) this.#hub.dropStuck(this);
    else this.#socket.send(frame);
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state === 'closed') return;
    this.#hub.closing(this, code, reason);
    this.#socket.close(code, reason);
    this.ended();
  }

  /** The WebSocket is closed, by either end. */
  ended(): void {
    this.#end({ saidBye: false });
  }

  #end(how: { saidBye: boolean }): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#silence);
    this.#state = 'closed';
    this.#hub.closed(this, how);
  }

  #send(message: FromReplica): void {
    this.#hub.flush();
    this.sendFrame(JSON.stringify([message]));
  }

  #take(message: FromVerifier): void {
    if (this.#state === 'closed') return;
    if (message.kind === 'hello' && this.#state === 'new') this.#greet(message);
    else if (message.kind === 'hello' || this.#state !== 'open')
      this.close(4400, 'The first message is one hello. The next waits for welcome.');
    else this.#serve(message);
  }

  #serve(message: Exclude<FromVerifier, { kind: 'hello' }>): void {
    switch (message.kind) {
      case 'ping':
        // Without trust to give, the verifier's key need not be checked.
        if (this.#hub.isTrusting) this.#whileAdmitted(() => this.#pong(message));
        else this.#pong(message);
        break;
      case 'ask':
        this.#whileAdmitted(
          () => this.#answer(message),
          (error) => {
            if (error instanceof DatabaseUnavailable) this.#send({ kind: 'unavailable' });
            else this.#fail(error);
          },
        );
        break;
      case 'uses':
        this.#record(message);
        break;
      case 'ack':
        this.#hub.acknowledge(this, message.barrier);
        break;
      case 'bye':
        // Before it is closed, since the runtime may call `ended` within `close`.
        this.#end({ saidBye: true });
        this.#socket.close(1000, 'Bye.');
    }
  }

  #greet({ token, instance }: Of<'hello'>): void {
    if (!this.#isTaken()) return;
    this.#state = 'greeted';
    this.#hub.greeted(this);
    clearTimeout(this.#silence);
    const { context } = this.#hub;
    const admit = async () => authenticate(context, token, verifierSecurity, this.#socket.client);
    admit().then(
      (caller) => {
        // The replica may have begun to end: the others are asked to move already.
        if (this.#state !== 'greeted' || !this.#isTaken()) return;
        if ('key' in caller) this.#key = { token, hash: caller.key.hash };
        this.instance = instance;
        this.#state = 'open';
        this.#hub.opened(this);
        this.#send({ kind: 'welcome' });
      },
      (error) => this.#fail(error),
    );
  }

  /** Whether the replica takes on this verifier. Closes the link if not. */
  #isTaken(): boolean {
    const { isOpen } = this.#hub;
    if (!isOpen) this.close(4503, 'This replica takes no more verifiers.');
    return isOpen;
  }

  /** Goes on if the verifier's own key is still valid. It is checked each time that it matters. */
  #whileAdmitted(goOn: () => void, fail = (error: unknown) => this.#fail(error)): void {
    // The operator token is valid as long as this process runs.
    if (!this.#key) {
      goOn();
      return;
    }
    const decide = (isAdmitted: boolean) => {
      if (isAdmitted) goOn();
      else this.close(4401, 'The token is no longer good.');
    };
    const admitted = isStillAdmitted(
      this.#hub.context,
      this.#key.token,
      verifierSecurity,
      this.#socket.client,
    );
    // Synchronously, if the key is cached: most of what a verifier costs is its pings.
    if (isPromise(admitted)) admitted.then(decide, fail);
    else decide(admitted);
  }

  #pong({ ping }: Of<'ping'>): void {
    // Closed while its key was looked up. No change is to wait for trust that nobody receives.
    if (this.#state !== 'open') return;
    const trust = this.#hub.giveTrust(this);
    this.#send({ kind: 'pong', ping, trust, now: this.#hub.context.now() });
  }

  #answer({ hashes }: Of<'ask'>): void {
    if (this.#isAsking) {
      this.close(4400, 'The last ask is not answered yet.');
      return;
    }
    this.#isAsking = true;
    answerAsk(this.#hub.context, hashes).then(
      (answer) => {
        this.#isAsking = false;
        this.#send(answer());
      },
      (error) => this.#fail(error),
    );
  }

  #record({ number, hour, uses }: Of<'uses'>): void {
    if (this.#isTelling) {
      this.close(4400, 'The last uses are not acknowledged yet.');
      return;
    }
    this.#isTelling = true;
    // The verifier waits for the acknowledgement, so what it told can wait for the database.
    const fail = (error: unknown) => {
      if (error instanceof DatabaseUnavailable) setTimeout(attempt, retryUses).unref();
      else this.#fail(error);
    };
    const record = () =>
      recordUses(this.#hub.context, hour, uses).then(() => {
        this.#isTelling = false;
        this.#send({ kind: 'used', number });
      }, fail);
    const attempt = () => {
      if (this.#state === 'open') this.#whileAdmitted(record, fail);
    };
    attempt();
  }

  #fail(error: unknown): void {
    if (error instanceof Unauthenticated) this.close(4401, error.message);
    else if (error instanceof WrongCaller || error instanceof InsufficientScope)
      this.close(4403, error.message);
    else {
      if (!(error instanceof Refusal))
        this.#hub.context.log.error({ error: loggable(error) }, 'a verifier was not served');
      this.close(4503, 'The service cannot tell now.');
    }
  }
}
