import { Kysely } from 'kysely';
import { postgresDialect } from '../../server/db/dialect.ts';
import type { OpenListener } from '../../server/db/listener.ts';
import type { Pool } from '../../server/db/pool.ts';
import type { Database, Schema } from '../../server/db/schema.ts';
import { Connection, type Lines, newLines } from './simulated-network.ts';
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
  lines: Record<'pool' | 'listener', Lines>;
  /** Those of the pool that have a statement, and the listener connection that was opened last. */
  open: Record<'pool' | 'listener', Set<Connection>>;
}

/** What `findByHashes` finds of every key. */
const found = {
  state: 'current',
  metadata: {},
  scopes: ['keys:verify'],
  externalId: null,
  expiresAt: null,
  endsAt: null,
  notBefore: null,
  accountDisabledAt: null,
  disabledAt: null,
  allowedIps: null,
  audience: null,
  accountMetadata: null,
  limits: null,
  accountLimits: null,
};

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
    const pool = {
      send: (sql: string, parameters: [string, string]) => this.#query(connected, process, sql, parameters),
    } as unknown as Pool;
    const connected: Connected = {
      db: new Kysely<Schema>({ dialect: postgresDialect(() => ({ reads: pool, writes: pool })) }),
      openListener: (heard, lost) => this.#listen(connected, process, heard, lost),
      lines: { pool: newLines(), listener: newLines() },
      open: { pool: new Set(), listener: new Set() },
    };
    return connected;
  }

  /** Sends a statement on a connection of a pool. */
  #query({ open, lines }: Connected, client: Process, sql: string, parameters: [string, string]) {
    const { promise, resolve, reject } = Promise.withResolvers<object[]>();
    const over = () => open.pool.delete(connection);
    const lost = () => reject(Object.assign(new Error('It is cut.'), { code: 'CONNECTION_CLOSED' }));
    const ended = { client: lost, server() {} };
    const connection = new Connection(this.#simulation, { client }, ended, lines.pool);
    open.pool.add(connection);
    connection.up.send(() =>
      this.#execute(this.#effectOf(sql, parameters), this.#simulation.now, (rows) =>
        connection.down.send(() => resolve(rows)),
      ),
    );
    return promise.finally(over);
  }

  #listen({ open, lines }: Connected, client: Process, ...[heard, lost]: Parameters<OpenListener>) {
    const close = () => this.#sessions.delete(session);
    const ended = { client: () => lost(new Error('It is cut.')), server: close };
    const connection = new Connection(this.#simulation, { client }, ended, lines.listener);
    const { up, down } = connection;
    open.listener = new Set([connection]);
    this.#pids += 1;
    const hear = (message: string) => down.send(() => heard(message));
    const session: Session = { pid: this.#pids, channels: [], freeAt: 0, hear };
    this.#sessions.add(session);
    return {
      send: <Row>(sql: string, first = '', second = '') =>
        new Promise<Row[]>((resolve) =>
          up.send(() => {
            const begins = Math.max(this.#simulation.now, session.freeAt);
            session.freeAt = this.#execute(this.#effectOf(sql, [first, second], session), begins, (rows) =>
              down.send(() => resolve(rows as Row[])),
            );
          }),
        ),
      close: () => {
        down.isCut = true;
        up.send(close);
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
        changed: isIt,
        account_changed: key.accountId === id,
        roles_changed: key.hasRoles && !key.isGone,
        changed_all: true,
      };
      if (isMeant[kind]) key.version += 1;
      if (isIt) key.isGone = key.comesAndGoes && !key.isGone;
    }
    this.#notify('latchkey', message);
  }

  /**
   * The statements of server/replication/ and of server/verify/, each by what it alone says, and `set change`, which stands
   * for whatever changes keys.
   */
  #effectOf(sql: string, [first, second]: [string, string], session?: Session): Effect {
    const now = () => [{ now: epoch + this.#simulation.now }];
    const effects: Record<string, Effect> = {
      'from unnest(': { rows: () => this.#lookUp(first) },
      'set change': { commit: () => this.#change(first) },
      pg_notification_queue_usage: { rows: now, commit: () => this.#notify(first, second) },
      'select id, beat from replicas': {
        rows: () => Array.from(this.#replicas, ([id, beat]) => ({ id, beat })),
        commit: () => this.#notify('latchkey', first),
      },
      'delete from replicas using': {
        commit: () => {
          for (const { id, beat } of JSON.parse(first))
            if (this.#replicas.get(id) === beat) this.#replicas.delete(id);
        },
      },
      'delete from replicas where': { commit: () => this.#replicas.delete(first) },
      ...(session && {
        'listen ': {
          commit: () => {
            session.channels = Array.from(sql.matchAll(/listen (\w+)/g), ([, channel = '']) => channel);
          },
        },
        'as pid': { rows: () => [{ pid: session.pid }] },
        'insert into replicas': {
          rows: now,
          commit: () => {
            this.#replicas.set(first, Number(second));
            this.#notify(`latchkey_${first}`, `beat ${second} ${session.pid}`);
          },
        },
        'confirmed ': {
          commit: () => {
            for (const { replica, barrier } of JSON.parse(first))
              this.#notify(`latchkey_${replica}`, `confirmed ${barrier} ${second}`);
          },
        },
      }),
    };
    const text = Object.keys(effects).find((text) => sql.includes(text));
    if (!text) throw new Error(`Not simulated: ${sql}`);
    return effects[text] as Effect;
  }

  /** The rows of `findByHashes`. The name of a key says its version. */
  #lookUp(hashes: string): object[] {
    const now = epoch + this.#simulation.now;
    return this.keys
      .filter(({ hash }) => hashes.includes(hash))
      .map(({ id, hash, accountId, hasRoles, isGone, version }) => {
        const gone = isGone ? 'revoked' : null;
        return { ...found, id, hash, accountId, hasRoles, gone, name: String(version), now };
      });
  }
}
