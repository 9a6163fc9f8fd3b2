import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import type { LogEvent } from 'kysely';
import {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { KeyCache } from '../../decide/key-cache.ts';
import type { Sweeper } from '../background/sweeper.ts';
import { isNoQuota, isRefused } from '../db/errors.ts';
import type { Blocks } from '../limits/blocks.ts';
import type { Freshness } from '../replication/freshness.ts';
import type { ResponseCounts } from '../response-counts.ts';
import type { UsageRecorder } from '../usage/recorder.ts';
import type { Verifiers } from '../verifiers/verifiers.ts';
import { purposes, sources, type Verifications, verdicts } from '../verify/verifications.ts';
import type { Share } from './gather.ts';
import { version } from './version.ts';

/** What a scrape reads. */
interface Measured {
  responseCounts: ResponseCounts;
  verifications: Verifications;
  keys: KeyCache;
  limits: Blocks;
  freshness: Freshness;
  usage: UsageRecorder;
  verifiers: Verifiers;
  /** The background jobs. */
  sweepers: readonly Pick<Sweeper, 'job' | 'succeededAt'>[];
  /** How many connections the pool has at most; undefined for the embedded database. */
  connections?: number | undefined;
}

/** The metrics of one process, as JSON that can be sent to another. */
type Snapshot = MetricObjectWithValues<MetricValue<string>>[];

/** The content type of the Prometheus text format. */
export const { PROMETHEUS_CONTENT_TYPE: prometheusType } = Registry;

/** How often the delay of the event loop is measured, in milliseconds. */
const delayInterval = 50;

/** The metrics of this process. Counts that other classes keep are read by the scrape, and cost nothing before. */
export class Metrics implements Disposable {
  readonly #registry = new Registry();
  readonly #queries: Histogram<'outcome'>;
  readonly #barriers: Histogram<'outcome'>;
  readonly #ticking: NodeJS.Timeout;

  constructor() {
    const registers = [this.#registry];
    this.#queries = new Histogram({
      name: 'latchkey_database_query_duration_seconds',
      help: 'Time of a query, with its wait for a connection; refused: for a value that a caller sent. The rate of the sum is the mean number in flight.',
      labelNames: ['outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    this.#barriers = new Histogram({
      name: 'latchkey_barrier_wait_seconds',
      help: 'How long a change to a key waited for all replicas; expired: one of them did not confirm.',
      labelNames: ['outcome'],
      buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.75],
      registers,
    });
    // `rate` does not see the first event of a series that begins with it.
    for (const outcome of ['ok', 'refused', 'error']) this.#queries.zero({ outcome });
    for (const outcome of ['confirmed', 'expired']) this.#barriers.zero({ outcome });
    const delays = new Histogram({
      name: 'latchkey_event_loop_delay_seconds',
      help: `How much later than planned a timer ran, of one every ${delayInterval} ms.`,
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    // Not perf_hooks.monitorEventLoopDelay: Deno's does not see a loop that is blocked.
    let planned = performance.now() + delayInterval;
    this.#ticking = setInterval(() => {
      const now = performance.now();
      delays.observe(Math.max(0, now - planned) / 1000);
      planned = now + delayInterval;
    }, delayInterval).unref();
    describeProcess(registers);
  }

  /** Observes a query, as Kysely logs it. */
  observeQuery = (event: LogEvent): void =>
    this.#queries.observe({ outcome: outcomeOf(event) }, event.queryDurationMillis / 1000);

  /** Observes a barrier: its milliseconds, and whether all replicas confirmed it. */
  observeBarrier = (milliseconds: number, confirmed: boolean): void =>
    this.#barriers.observe({ outcome: confirmed ? 'confirmed' : 'expired' }, milliseconds / 1000);

  /** Adds what scrapes read. Call it once. */
  measure(measured: Measured): void {
    describeService([this.#registry], measured);
  }

  snapshot(): Promise<Snapshot> {
    return this.#registry.getMetricsAsJSON();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ticking);
  }
}

/** How a query ended. The database refuses a name that is taken, for example: that is an answer, and no fault of it. */
function outcomeOf(event: LogEvent): 'ok' | 'refused' | 'error' {
  if (event.level === 'query') return 'ok';
  return isRefused(event.error) || isNoQuota(event.error) ? 'refused' : 'error';
}

/** The snapshots of all workers, or of the only process, in the Prometheus text format. */
export const prometheusText = (snapshots: readonly Share<Snapshot>[]): Promise<string> =>
  AggregatorRegistry.aggregate(snapshots.map(labelled)).metrics();

/** A snapshot with the number of its worker on every value. */
const labelled = ({ worker, value: snapshot }: Share<Snapshot>): Snapshot =>
  worker === undefined
    ? snapshot
    : snapshot.map((metric) => ({
        ...metric,
        values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } })),
      }));

/** What Prometheus expects of every process, under its usual names. */
function describeProcess(registers: Registry[]): void {
  new Gauge({
    name: 'latchkey_build_info',
    help: 'The release that runs.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, as Unix time.',
    registers,
  }).set(performance.timeOrigin / 1000);
  const { counter, gauge } = readersIn(registers);
  counter('process_cpu_seconds_total', 'CPU time of the process, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());
}

function describeService(
  registers: Registry[],
  {
    responseCounts,
    verifications,
    keys,
    limits,
    freshness,
    usage,
    verifiers,
    sweepers,
    connections,
  }: Measured,
): void {
  const { counter, counters, gauge, gauges } = readersIn(registers);
  counters(
    'latchkey_http_responses_total',
    'Responses by operationId and status; operation="none" is a request that matches none.',
    ['operation', 'status'],
    function* () {
      for (const { operation, status, count } of responseCounts) yield [{ operation, status }, count];
    },
  );
  counters(
    'latchkey_verifications_total',
    'Tokens that were checked: for verify operations, to authenticate a caller of this API, or to be exchanged.',
    ['purpose', 'source', 'verdict'],
    function* () {
      for (const purpose of purposes)
        for (const source of sources) {
          const counted = verifications.counted(purpose, source);
          for (const verdict of verdicts) yield [{ purpose, source, verdict }, counted[verdict]];
        }
    },
  );
  gauge('latchkey_cache_known', 'Tokens in the cache, each with its key.', () => keys.sizes.known);
  gauge(
    'latchkey_cache_unknown',
    'Tokens in the negative cache: unknown ones, and those that are gone.',
    () => keys.sizes.unknown,
  );
  gauge('latchkey_cache_trusted', 'Whether verifications are answered from the cache: 1 or 0.', () =>
    Number(freshness.isFresh()),
  );
  gauge(
    'latchkey_verifiers',
    'Verifiers in processes of the product that are connected.',
    () => verifiers.size,
  );
  counters(
    'latchkey_verifier_closes_total',
    'WebSockets of verifiers that the service closed, by the code that it closed them with.',
    ['code'],
    function* () {
      for (const [code, count] of verifiers.closes) yield [{ code }, count];
    },
  );
  gauge('latchkey_limit_blocks', 'Limits of which units are held, to be spent in memory.', () => limits.size);
  counter(
    'latchkey_limit_exchanges_total',
    'Statements that took units of limits, or gave them back.',
    () => limits.exchanges,
  );
  gauge('latchkey_usage_backlog_tokens', 'Tokens whose uses wait to be written.', () => usage.backlog);
  counter(
    'latchkey_usage_dropped_total',
    'Uses that were not counted, since the backlog was full or the database refused them.',
    () => usage.dropped,
  );
  gauges(
    'latchkey_background_last_success_timestamp_seconds',
    'When a step of a background job last succeeded, or the job began, as Unix time.',
    ['job'],
    function* () {
      for (const { job, succeededAt } of sweepers) yield [{ job }, succeededAt / 1000];
    },
  );
  if (connections !== undefined)
    gauge('latchkey_database_connections_max', 'Connections the pool opens at most.', () => connections);
  if (freshness.beatAge)
    gauge(
      'latchkey_heartbeat_age_seconds',
      'Time since the heartbeat was sent that last came back.',
      () => (freshness.beatAge?.() ?? 0) / 1000,
    );
}

/** The values of a metric, each with its labels. */
type Read<Label extends string> = () => Iterable<[Record<Label, string | number>, number]>;

/** Adds metrics whose values a scrape reads. */
function readersIn(registers: Registry[]) {
  const counters = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: Read<Label>,
  ) =>
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.inc(labels, value);
      },
    });
  const gauges = <Label extends string>(name: string, help: string, labelNames: Label[], read: Read<Label>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  return {
    counters,
    gauges,
    counter: (name: string, help: string, read: () => number) =>
      counters(name, help, [], () => [[{}, read()]]),
    gauge: (name: string, help: string, read: () => number) => gauges(name, help, [], () => [[{}, read()]]),
  };
}
