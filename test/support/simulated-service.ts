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
import { Process, type Simulation } from './simulated-time.ts';

/** For how long there are faults, in milliseconds. */
export const span = 3_000;
/** How soon there is trust after them, in milliseconds: penalties have to end. */
const recovery = 60_000;

/** What happens to a replica or a verifier, or is done there. Whatever lasts ends with `span`. */
export type Step = { at: number; to: number } & (
  | { kind: 'change'; what: 'key' | 'account' | 'roles' | 'all'; key: number }
  | { kind: 'freeze'; role: 'replica' | 'verifier'; reads: number; milliseconds: number; isAsleep: boolean }
  | { kind: 'hold'; what: 'pool' | 'listener' | 'socket'; direction: 'up' | 'down'; milliseconds: number }
  | { kind: 'lose'; what: 'statement' | 'answer' }
  | { kind: 'cut listener'; isLost: boolean; noticedAfter: number | null }
  | ({ kind: 'cut socket'; sends: number } & Cut)
  | { kind: 'restart'; isKilled: boolean; milliseconds: number }
);

interface Server extends Host {
  connected: Connected;
  replica: Replica;
  /** When it ran last. */
  isTrusted: boolean;
  isEnding?: boolean;
}

interface Client {
  process: Process;
  isTrusted: boolean;
  isEnding?: never;
  verifier?: Verifier;
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

/** What all simulations saw together: one in which nothing is cached proves nothing. */
export const seen = { fromMemory: 0, changes: 0 };

/** Replicas and verifiers, as they are, on a simulated database and network. */
export class SimulatedService {
  readonly #simulation: Simulation;
  readonly #database: SimulatedDatabase;
  readonly #servers: Server[] = [];
  readonly #clients: Client[] = [];
  /** The versions that were in force in every process, as was answered. */
  readonly #answered = new Map<SimulatedKey, number>();
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

  /** Runs a schedule, and then waits until all is as it should be without faults. @throws Error */
  async run(steps: readonly Step[]): Promise<void> {
    const simulation = this.#simulation;
    for (const step of steps) simulation.at(step.at, () => this.#take(step));
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
    this.#failure ??= `At ${Math.round(this.#simulation.now)} ms: ${text}`;
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
        ...{ process, connected, replica, verifiers: new Verifiers(context, replica) },
        isTrusted: false,
      };
      const block = this.#blockOf(server);
      const verify = (key: SimulatedKey) =>
        this.#judge(server, key, () => verifyHash(cache, key.hash, wanted));
      process.look = (all) => {
        server.isTrusted = replica.isFresh();
        if (!server.isTrusted) return false;
        block();
        return this.#seen(all).map(verify).includes(true);
      };
      // Without trust, the database is asked.
      setInterval(() => verify(this.#simulation.pick(this.#database.keys)), 100);
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
    const client: Client = { process, isTrusted: false };
    this.#clients.push(client);
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
        this.cut(client.cutting);
        client.cutting = undefined;
      }
    }
    process.look = (all) => {
      const { verifier } = client;
      client.isTrusted = verifier?.isTrusted ?? false;
      if (!verifier || !client.isTrusted) return false;
      const verify = (key: SimulatedKey) => this.#judge(client, key, () => verifier.verify(key.token));
      return this.#seen(all).map(verify).includes(true);
    };
    process.soon(async () => {
      client.verifier = await createVerifier({
        baseUrl: 'http://latchkey.example',
        token: place === 0 ? operatorToken : (keys.at(-1)?.token ?? ''),
        WebSocket: Socket as unknown as typeof WebSocket,
        // What is asked over HTTP is not what this is about.
        fetch: () => Promise.reject(new TypeError('Not simulated.')),
        retries: 0,
      });
    });
  }

  #seen(all: boolean): readonly SimulatedKey[] {
    const { keys } = this.#database;
    return all ? keys : [this.#simulation.pick(keys)];
  }

  /** Fails if a verdict is older than what was answered when the token was presented. */
  #judge(
    { process }: Pick<Server, 'process'>,
    key: SimulatedKey,
    verify: () => Named | Promise<Named>,
  ): boolean {
    const answered = this.#answered.get(key) ?? 0;
    const judge = (verdict: Named) => {
      const version = Number(verdict.key?.name);
      if (!(version >= answered))
        this.#fail(
          `${process.name} answers with version ${version} of key ${key.id}, after ${answered} was answered`,
        );
    };
    const verdict = verify();
    // The database, or the replica, may not have answered.
    if (isPromise(verdict)) {
      verdict.then(judge, () => {});
      return true;
    }
    seen.fromMemory += 1;
    judge(verdict);
    return false;
  }

  /** Makes a change, and waits until it is in force. */
  #change({ process, connected, replica }: Server, what: string, done = (_took: number) => {}): void {
    process.soon(async () => {
      await sql`select change(${what})`.execute(connected.db).catch(() => {});
      const committed = this.#database.keys.map((key) => [key, key.version] as const);
      const began = { at: performance.now(), time: process.time };
      await replica.settled();
      seen.changes += 1;
      const took = performance.now() - began.at;
      done(took);
      if (took > lease + 1 && process.frozenUntil < began.time) this.#fail(`A change waited for ${took} ms`);
      for (const [key, version] of committed)
        this.#answered.set(key, Math.max(version, this.#answered.get(key) ?? 0));
      this.#simulation.lookAtAll();
    });
  }

  #restart(server: Server, { isKilled, milliseconds }: Extract<Step, { kind: 'restart' }>): void {
    const place = this.#servers.indexOf(server);
    const { process, verifiers, replica } = server;
    const gone = () => {
      process.isDead = true;
      this.#simulation.at(this.#simulation.now + milliseconds, () => this.#openServer(place));
    };
    if (isKilled) {
      gone();
      const cut: Cut = { first: 'client', milliseconds: 0, isLost: true };
      for (const { socket } of this.#clients) if (socket?.host === server) socket.cut(cut);
    } else if (!server.isEnding) {
      server.isEnding = true;
      process.soon(async () => {
        await verifiers.close();
        await replica.close();
        gone();
      });
    }
  }

  #take(step: Step): void {
    const to = step.to % this.#clients.length;
    const server = this.#servers[to];
    const client = this.#clients[to];
    if (!server || !client || server.process.isDead) return;
    const { now } = this.#simulation;
    const lasting = (milliseconds: number) => Math.min(milliseconds, span - now);
    switch (step.kind) {
      case 'change': {
        const { hash, accountId } = keys[step.key] as SimulatedKey;
        const messages = {
          ...{ key: `changed ${hash}`, account: `account_changed ${accountId}` },
          ...{ roles: 'roles_changed', all: 'changed_all' },
        };
        this.#change(server, messages[step.what]);
        break;
      }
      case 'freeze': {
        const { process } = step.role === 'replica' ? server : client;
        process.freezeAfter(step.reads, lasting(step.milliseconds), step.isAsleep);
        break;
      }
      case 'hold': {
        const line = { ...server.connected.lines, socket: client.socket?.lines }[step.what]?.[step.direction];
        if (line) line.heldUntil = now + lasting(step.milliseconds);
        break;
      }
      case 'lose':
        server.connected.loses = step.what;
        break;
      case 'cut listener': {
        const { listener } = server.connected;
        if (!listener) break;
        listener.up.isCut = step.isLost;
        listener.down.isCut = true;
        // Otherwise nobody says that it is gone.
        const noticedAt = now + lasting(step.noticedAfter ?? span);
        const lost = () => listener.lost(new Error('It is cut.'));
        server.process.receive(() => noticedAt, lost);
        break;
      }
      case 'cut socket':
        client.cutting = { ...step, milliseconds: lasting(step.milliseconds) };
        break;
      case 'restart':
        this.#restart(server, step);
        break;
      default:
        step satisfies never;
    }
  }
}
