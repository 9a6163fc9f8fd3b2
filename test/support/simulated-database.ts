import {
  type CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { OpenListener } from '../../server/db/listener.ts';
import type { Database, Schema } from '../../server/db/schema.ts';
import { DatabaseUnavailable } from '../../server/errors.ts';
import { Channel, Lines } from './simulated-network.ts';
import { epoch, type Process, type Simulation } from './simulated-time.ts';

/** A key, and how often it has changed. Who was told that a change is in force must see no version before it. */
export interface SimulatedKey {
  id: string;
  token: string;
  hash: string;
  accountId: string;
  hasRoles: boolean;
  /** Whether it is revoked, and imported again. */
  comesAndGoes: boolean;
  isGone: boolean;
  version: number;
}

/** What a statement does: it reads a snapshot when it begins, and writes and notifies when it commits. */
interface Effect {
  rows?: () => object[];
  commit?: () => void;
}

/** A listener connection, as the database has it. */
interface Session {
  pid: number;
  channels: string[];
  /** When the statement before is over. */
  freeAt: number;
  hear: (message: string) => void;
}

/** The connections of a process. */
export interface Connected {
  db: Database;
  openListener: OpenListener;
  lines: { pool: Lines; listener: Lines };
  /** What is lost of the next statement of the pool. */
  loses?: 'statement' | 'answer' | undefined;
  /** The listener connection that was opened last. `lost` tells the process that it is gone. */
  listener?: { up: Channel; down: Channel; lost: (error: Error) => void };
}

/** As much of Postgres as replicas rest on: commits have one order, in which each listener hears what they notify. */
export class SimulatedDatabase {
  readonly keys: readonly SimulatedKey[];
  readonly #simulation: Simulation;
  readonly #replicas = new Map<string, number>();
  readonly #sessions = new Set<Session>();
  #pids = 0;

  constructor(simulation: Simulation, keys: readonly SimulatedKey[]) {
    this.#simulation = simulation;
    this.keys = keys;
  }

  connect(process: Process): Connected {
    const connection: DatabaseConnection = {
      executeQuery: async <Row>({ sql, parameters }: CompiledQuery) => ({
        rows: (await this.#query(connected, process, sql, parameters as string[])) as Row[],
      }),
      streamQuery: () => {
        throw new Error('Streaming is not used here.');
      },
    };
    class Driver extends DummyDriver {
      override async acquireConnection() {
        return connection;
      }
    }
    const db = new Kysely<Schema>({
      dialect: {
        createDriver: () => new Driver(),
        createAdapter: () => new PostgresAdapter(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    });
    const connected: Connected = {
      db,
      openListener: (heard, lost) => this.#listen(connected, process, heard, lost),
      lines: { pool: new Lines(), listener: new Lines() },
    };
    return connected;
  }

  /** Sends a statement on a connection of a pool. */
  #query(connected: Connected, process: Process, sql: string, parameters: string[]): Promise<object[]> {
    const { promise, resolve, reject } = Promise.withResolvers<object[]>();
    const { loses, lines } = connected;
    connected.loses = undefined;
    const up = new Channel(this.#simulation, undefined, lines.pool.up);
    const down = new Channel(this.#simulation, process, lines.pool.down);
    const lost = () => reject(new DatabaseUnavailable());
    up.send(() => {
      if (loses === 'statement') down.send(lost);
      else
        this.#execute(this.#effectOf(sql, parameters), this.#simulation.now, (rows) =>
          down.send(loses ? lost : () => resolve(rows)),
        );
    });
    return promise;
  }

  #listen(connected: Connected, process: Process, ...[heard, lost]: Parameters<OpenListener>) {
    const up = new Channel(this.#simulation, undefined, connected.lines.listener.up);
    const down = new Channel(this.#simulation, process, connected.lines.listener.down);
    this.#pids += 1;
    const hear = (message: string) => down.send(() => heard(message));
    const session: Session = { pid: this.#pids, channels: [], freeAt: 0, hear };
    this.#sessions.add(session);
    connected.listener = { up, down, lost };
    return {
      send: <Row>(sql: string, ...parameters: string[]) =>
        new Promise<Row[]>((resolve) =>
          up.send(() => {
            const begins = Math.max(this.#simulation.now, session.freeAt);
            session.freeAt = this.#execute(this.#effectOf(sql, parameters, session), begins, (rows) =>
              down.send(() => resolve(rows as Row[])),
            );
          }),
        ),
      close: () => {
        down.isCut = true;
        up.send(() => this.#sessions.delete(session));
      },
    };
  }

  /** @returns when the statement is over */
  #execute({ rows, commit }: Effect, begins: number, done: (rows: object[]) => void): number {
    const ends = begins + this.#simulation.delay();
    let read: object[] = [];
    this.#simulation.at(begins, () => {
      read = rows?.() ?? [];
    });
    this.#simulation.at(ends, () => {
      const isFirst = this.#simulation.random() < 0.5;
      if (isFirst) done(read);
      commit?.();
      if (!isFirst) done(read);
    });
    return ends;
  }

  #notify(channel: string, message: string): void {
    for (const { channels, hear } of this.#sessions) if (channels.includes(channel)) hear(message);
  }

  #change(message: string): void {
    const [kind = '', id] = message.split(' ');
    for (const key of this.keys) {
      const isIt = key.hash === id;
      const isMeant: Record<string, boolean> = {
        ...{
          changed: isIt,
          account_changed: key.accountId === id,
          roles_changed: key.hasRoles && !key.isGone,
        },
        changed_all: true,
      };
      if (isMeant[kind]) key.version += 1;
      if (isIt) key.isGone = key.comesAndGoes && !key.isGone;
    }
    this.#notify('latchkey', message);
  }

  /** The statements of server/replication/ and of server/verify/, and `change`, which stands for whatever changes keys. */
  #effectOf(sql: string, [first = '', second = '']: string[], session?: Session): Effect {
    const now = () => [{ now: epoch + this.#simulation.now }];
    const has = (text: string) => sql.includes(text);
    if (has('from unnest(')) return { rows: () => this.#lookUp(first) };
    if (has('change')) return { commit: () => this.#change(first) };
    if (has('pg_notification_queue_usage')) return { rows: now, commit: () => this.#notify(first, second) };
    if (has('select id, beat from replicas'))
      return {
        rows: () => [...this.#replicas].map(([id, beat]) => ({ id, beat })),
        commit: () => this.#notify('latchkey', first),
      };
    if (has('delete from replicas using'))
      return {
        commit: () => {
          for (const { id, beat } of JSON.parse(first))
            if (this.#replicas.get(id) === beat) this.#replicas.delete(id);
        },
      };
    if (has('delete from replicas')) return { commit: () => this.#replicas.delete(first) };
    if (!session) throw new Error(`Not simulated: ${sql}`);
    if (has('listen '))
      return {
        commit: () => {
          session.channels = [...sql.matchAll(/listen (\w+)/g)].map(([, channel = '']) => channel);
        },
      };
    if (has('as pid')) return { rows: () => [{ pid: session.pid }] };
    if (has('insert into replicas'))
      return {
        rows: now,
        commit: () => {
          this.#replicas.set(first, Number(second));
          this.#notify(`latchkey_${first}`, `beat ${second} ${session.pid}`);
        },
      };
    if (has('confirmed '))
      return {
        commit: () => {
          for (const { replica, barrier } of JSON.parse(first))
            this.#notify(`latchkey_${replica}`, `confirmed ${barrier} ${second}`);
        },
      };
    throw new Error(`Not simulated: ${sql}`);
  }

  /** The rows of `findByHashes`. The name of a key says its version. */
  #lookUp(hashes: string): object[] {
    return this.keys
      .filter(({ hash }) => hashes.includes(hash))
      .map(({ id, hash, accountId, hasRoles, isGone, version }) => ({
        ...{ id, hash, accountId, hasRoles, name: String(version), now: epoch + this.#simulation.now },
        ...{ gone: isGone ? 'revoked' : null, state: 'current', metadata: {} },
        ...{ scopes: ['keys:verify'], externalId: null, expiresAt: null, endsAt: null, notBefore: null },
        ...{ accountDisabledAt: null, disabledAt: null, allowedIps: null, audience: null },
        ...{ accountMetadata: null, limits: null, accountLimits: null },
      }));
  }
}
