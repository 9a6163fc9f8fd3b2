import { sql } from 'kysely';
import { createVerifier, type Verifier } from '../../clients/typescript/verifier/verifier.ts';
import { GenerationalCache } from '../../decide/generational-cache.ts';
import { isPromise } from '../../decide/maybe-async.ts';
import type { ServiceContext } from '../../server/context.ts';
import { operatorAccountId } from '../../server/id.ts';
import { lease } from '../../server/replication/freshness.ts';
import { Replica } from '../../server/replication/replica.ts';
import { hashText, newToken } from '../../server/token.ts';
import { Verifiers } from '../../server/verifiers/verifiers.ts';
import { openKeyCache } from '../../server/verify/open-key-cache.ts';
import { Verifications } from '../../server/verify/verifications.ts';
import { verifyHash } from '../../server/verify/verify.ts';
import { type Connected, SimulatedDatabase, type SimulatedKey } from './simulated-database.ts';
import { type Cut, type Host, SimulatedSocket } from './simulated-network.ts';
import { Draws, Process, type Simulation } from './simulated-time.ts';

/** For how long there are faults, in milliseconds. */
const span = 3_000;
/** How soon there is trust after them, in milliseconds: penalties have to end. */
const recovery = 60_000;

/** How often each kind of fault comes. */
const weights = { change: 10, freeze: 3, hold: 6, cut: 7, restart: 1 };
type Fault = keyof typeof weights;
const faults = Object.entries(weights).flatMap(([fault, weight]) => new Array(weight).fill(fault) as Fault[]);

/** A replica or a verifier. */
interface Node {
  role: 'replica' | 'verifier';
  process: Process;
  /** When it ran last. */
  isTrusted: boolean;
  isEnding?: boolean;
  isFresh: () => boolean;
  verify: (key: SimulatedKey) => Named | Promise<Named>;
}

interface Server extends Host, Node {
  connected: Connected;
  replica: Replica;
}

interface Client extends Node {
  socket?: SimulatedSocket;
  /** Cuts the connection after so many frames more. */
  cutting?: (Cut & { sends: number }) | undefined;
}

/** A verdict. The name of its key says the version. */
interface Named {
  key?: { name: string } | undefined;
}

const operatorToken = newToken('lk_');
/** The last one is that of a verifier. */
const keys = [1, 2, 0].map((account, number) => {
  const token = newToken('lk_');
  const accountId = account === 0 ? operatorAccountId : String(account).padStart(24, '0');
  return {
    id: String(number),
    token,
    hash: hashText(token),
    accountId,
    hasRoles: account === 1,
    comesAndGoes: account > 0,
  };
});

/**
 * What all simulations saw together while there were faults: changes that were answered, and verdicts that replicas and
 * verifiers gave from memory. A search without these proves nothing.
 */
export const seen = { changes: 0, replica: 0, verifier: 0 };

/** Replicas and verifiers, as they are, on a simulated database and network. */
export class SimulatedService {
  readonly #simulation: Simulation;
  readonly #database: SimulatedDatabase;
  readonly #servers: Server[] = [];
  readonly #clients: Client[] = [];
  /** The versions that were in force in every process, as was answered. */
  readonly #answered = new Map<SimulatedKey, number>();
  /** When which fault came at which place. */
  readonly #faults: string[] = [];
  #failure: string | undefined;

  /** @param count of replicas, and of verifiers */
  constructor(simulation: Simulation, count: number) {
    this.#simulation = simulation;
    this.#database = new SimulatedDatabase(
      simulation,
      keys.map((key) => ({ ...key, isGone: false, version: 0 })),
    );
    for (let place = 0; place < count; place += 1) this.#openServer(place);
    for (let place = 0; place < count; place += 1) this.#openClient(place);
  }

  /**
   * Lets so many faults happen, each drawn by itself, so that a smaller number has some of them. Then it waits until all is
   * as it should be without faults.
   * @throws Error
   */
  async run(seed: number, count: number): Promise<void> {
    const simulation = this.#simulation;
    for (let number = 1; number <= count; number += 1) {
      const draws = new Draws(seed + number);
      simulation.at(draws.below(span), () => this.#disturb(draws));
    }
    for (let time = 0; time < span; time += 100) await this.#runUntil(time);
    simulation.isCalm = true;
    for (const process of simulation.processes) process.staysAwake();
    for (const client of this.#clients) client.cutting = undefined;
    do await this.#runUntil(simulation.now + 100);
    while (!this.#isTrusted() && simulation.now < span + recovery);
    if (!this.#isTrusted()) throw new Error('Trust does not come back.');
    // Changes may still wait for replicas that were killed, and for trust that was given on what broke. Soon they do not.
    for (let round = 1; (await this.#slowest()) > 200; round += 1)
      if (round === 4) throw new Error('Changes wait although nothing is wrong.');
  }

  /** Has each replica make a change. @returns for how long they waited at most */
  async #slowest(): Promise<number> {
    const waits: number[] = [];
    for (const server of this.#servers) this.#change(server, 'changed_all', (took) => waits.push(took));
    for (let time = 0; time < 2 * lease && waits.length < this.#servers.length; time += 50)
      await this.#runUntil(this.#simulation.now + 50);
    if (waits.length < this.#servers.length) throw new Error('A change is not answered.');
    return Math.max(...waits);
  }

  async #runUntil(time: number): Promise<void> {
    await this.#simulation.runUntil(time);
    if (this.#failure) throw new Error(this.#failure);
  }

  #isTrusted(): boolean {
    return [...this.#servers, ...this.#clients].every(
      ({ process, isTrusted, isEnding }) => isTrusted && !isEnding && !process.isDead,
    );
  }

  #fail(text: string): void {
    const { now } = this.#simulation;
    this.#failure ??= `At ${Math.round(now)} ms: ${text}, after ${this.#faults.join(', ')}`;
  }

  #openServer(place: number): void {
    const process = new Process(`replica ${place}`);
    const connected = this.#database.connect(process);
    process.soon(() => {
      const replica = new Replica(connected.db, connected.openListener, {
        lost() {},
        current() {},
        unknown: (text) => this.#fail(`${process.name} does not know ${text}`),
        waited() {},
      });
      const cache = openKeyCache(connected.db, replica, 2 ** 20);
      const wanted = { reach: operatorAccountId, now: () => replica.now(), client: () => ({ ip: null }) };
      const context = {
        keys: cache,
        now: () => replica.now(),
        usage: { record() {}, add() {} },
        callerHashes: new GenerationalCache(100),
        verifications: new Verifications(),
        signer: { exchanged: { claims: () => false } },
        publicUrl: 'http://latchkey.example',
        operatorTokens: [operatorToken],
        log: {
          warn() {},
          error: ({ error }: { error: unknown }) => this.#fail(`${process.name} failed: ${error}`),
        },
      } as unknown as ServiceContext;
      const server: Server = {
        role: 'replica',
        process,
        connected,
        replica,
        verifiers: new Verifiers(context, replica),
        isTrusted: false,
        isFresh: () => replica.isFresh(),
        verify: ({ hash }) => verifyHash(cache, hash, wanted),
      };
      this.#watch(server, this.#blockOf(server));
      // Without trust, the database is asked.
      setInterval(() => this.#judge(server, this.#simulation.pick(this.#database.keys)), 100);
      void replica.start();
      this.#servers[place] = server;
    });
  }

  /** Has a replica hold a block of a limit whenever it is trusted. It must not keep one for which it was not. */
  #blockOf({ process, replica }: Pick<Server, 'process' | 'replica'>): () => void {
    let heldUntil: number | undefined;
    const nothing = () => {};
    const dropAll = () => {
      heldUntil = undefined;
    };
    replica.subscribe({ limits: { drop: nothing, dropAll, recall: nothing, replenished: nothing } });
    return () => {
      const left = replica.trustLeft();
      if (left === 0) return;
      if (heldUntil !== undefined && process.began > heldUntil + 0.001)
        this.#fail(`${process.name} spends what it held when its trust ended`);
      heldUntil = performance.now() + left;
    };
  }

  #openClient(place: number): void {
    const process = new Process(`verifier ${place}`);
    let verifier: Verifier | undefined;
    const client: Client = {
      role: 'verifier',
      process,
      isTrusted: false,
      isFresh: () => verifier?.isTrusted ?? false,
      verify: ({ token }) => (verifier as Verifier).verify(token),
    };
    this.#clients.push(client);
    this.#watch(client);
    const simulation = this.#simulation;
    const balance = () => simulation.pick(this.#servers);
    class Socket extends SimulatedSocket {
      constructor() {
        super(simulation, balance());
        client.socket = this;
      }
      override send(frame: string): void {
        super.send(frame);
        if (!client.cutting || client.cutting.sends-- > 0) return;
        this.connection.cut(client.cutting);
        client.cutting = undefined;
      }
    }
    process.soon(async () => {
      verifier = await createVerifier({
        baseUrl: 'http://latchkey.example',
        token: place === 0 ? operatorToken : (keys.at(-1)?.token ?? ''),
        WebSocket: Socket as unknown as typeof WebSocket,
        // What is asked over HTTP is not what this is about.
        fetch: () => Promise.reject(new TypeError('Not simulated.')),
        retries: 0,
      });
    });
  }

  /** Has a process answer from memory whenever it has run: for one key, or for all. */
  #watch(node: Node, trusted = () => {}): void {
    const { keys } = this.#database;
    node.process.look = (all) => {
      node.isTrusted = node.isFresh();
      if (!node.isTrusted) return false;
      trusted();
      const asked = all ? keys : [this.#simulation.pick(keys)];
      return asked.map((key) => this.#judge(node, key)).includes(true);
    };
  }

  /**
   * Fails if a verdict is older than what was answered when the token was presented.
   * @returns whether it was not given from memory
   */
  #judge({ role, process, verify }: Node, key: SimulatedKey): boolean {
    const answered = this.#answered.get(key) ?? 0;
    const judge = (verdict: Named) => {
      const version = Number(verdict.key?.name);
      if (!(version >= answered))
        this.#fail(
          `${process.name} answers with version ${version} of key ${key.id}, after ${answered} was answered`,
        );
    };
    const verdict = verify(key);
    // The database, or the replica, may not have answered.
    if (isPromise(verdict)) {
      verdict.then(judge, () => {});
      return true;
    }
    if (!this.#simulation.isCalm) seen[role] += 1;
    judge(verdict);
    return false;
  }

  /** Makes a change, and waits until it is in force. */
  #change({ process, connected, replica }: Server, what: string, done = (_took: number) => {}): void {
    process.soon(async () => {
      await sql`update keys set change = ${what}`.execute(connected.db).catch(() => {});
      const committed = this.#database.keys.map((key) => [key, key.version] as const);
      const began = { at: performance.now(), time: process.time };
      await replica.settled();
      if (!this.#simulation.isCalm) seen.changes += 1;
      const took = performance.now() - began.at;
      done(took);
      if (took > lease + 1 && process.frozenUntil < began.time) this.#fail(`A change waited for ${took} ms`);
      for (const [key, version] of committed)
        this.#answered.set(key, Math.max(version, this.#answered.get(key) ?? 0));
      this.#simulation.lookAtAll();
    });
  }

  /** @param pause how long there is no process in its place, in milliseconds */
  #restart(server: Server, isKilled: boolean, pause: number): void {
    const place = this.#servers.indexOf(server);
    const { process, verifiers, replica } = server;
    const gone = () => {
      process.isDead = true;
      this.#simulation.at(this.#simulation.now + pause, () => this.#openServer(place));
    };
    if (isKilled) {
      gone();
      for (const { socket } of this.#clients)
        if (socket?.host === server)
          socket.connection.cut({ first: 'client', milliseconds: 0, isLost: true });
    } else if (!server.isEnding) {
      server.isEnding = true;
      process.soon(async () => {
        await verifiers.close();
        await replica.close();
        gone();
      });
    }
  }

  /** Has something happen to a replica or to a verifier, or to a connection of theirs. What lasts ends with `span`. */
  #disturb(draws: Draws): void {
    const place = draws.below(this.#clients.length);
    const server = this.#servers[place];
    const client = this.#clients[place];
    if (!server || !client || server.process.isDead) return;
    const { now } = this.#simulation;
    const fault = draws.pick(faults);
    this.#faults.push(`${fault} at ${place} at ${now} ms`);
    const milliseconds = Math.min(draws.below(2_500), span - now);
    const isIt = () => draws.random() < 0.5;
    const { lines, open } = server.connected;
    switch (fault) {
      case 'change': {
        const { hash, accountId } = draws.pick(keys);
        const [key, account] = [`changed ${hash}`, `account_changed ${accountId}`];
        this.#change(server, draws.pick([key, key, account, 'roles_changed', 'changed_all']));
        break;
      }
      case 'freeze':
        draws.pick([server, client]).process.freezeAfter(draws.below(6), milliseconds, isIt());
        break;
      case 'hold': {
        const held = draws.pick([lines.pool, lines.listener, client.socket?.connection.lines]);
        if (held) held[isIt() ? 'up' : 'down'].heldUntil = now + milliseconds;
        break;
      }
      case 'cut': {
        const cut: Cut = { first: isIt() ? 'client' : 'server', milliseconds, isLost: isIt() };
        const cuttable = draws.pick([open.pool, open.listener, undefined]);
        for (const connection of cuttable ?? []) connection.cut(cut);
        if (!cuttable) client.cutting = { ...cut, sends: draws.below(4) };
        break;
      }
      case 'restart':
        this.#restart(server, isIt(), draws.below(1_000));
        break;
      default:
        fault satisfies never;
    }
  }
}
