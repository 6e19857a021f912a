import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { KgmentorEvent, OnEvent, Trained } from '../events.js';
import type { OnOperateEvent } from './events.js';
import type { WorkerEvent } from './queue/worker.js';

/** Prometheus metrics that follow the library's events. */
export interface Metrics {
  readonly onEvent: OnEvent;
  /** Counts what `watch` and `schedule` tell. */
  readonly onOperateEvent: OnOperateEvent;
  /** Counts what a worker tells of its jobs. */
  readonly onWorkerEvent: (event: WorkerEvent) => void;
  /** How many jobs of a queue are in which state. */
  queued(jobs: Readonly<Record<string, number>>): void;
  /** Says whether Neo4j has answered lately. */
  reached(reachable: boolean): void;
  /** The text form of all metrics, and its type. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
  close(): void;
}

const RUN = ['role', 'target'] as const;
const MIB = 2 ** 20;
const DURATIONS = [1, 10, 60, 300, 1800, 7200, 28800, 86400];

/** The labels of a training; a teacher has no target. */
const runOf = ({ role, target }: Partial<Trained>) => ({ role: role ?? '', target: target ?? '' });

/**
 * Makes the metrics of one process, those of Node among them.
 *
 * @example
 * const metrics = createMetrics({ version: '1.0.0' });
 * await retrain(input, { onEvent: metrics.onEvent });
 * console.log((await metrics.text()).body);
 */
export function createMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter({ name: `kgmentor_${name}`, help, labelNames, registers });
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Gauge({ name: `kgmentor_${name}`, help, labelNames, registers });

  gauge('build_info', 'Always 1; the version is the label.', ['version']).set({ version }, 1);
  const started = counter('runs_started_total', 'Trainings begun or gone on with.', RUN);
  const finished = counter('runs_finished_total', 'Trainings that ended with a model.', RUN);
  const failed = counter('runs_failed_total', 'Trainings that ended without one, by what went wrong.', [
    ...RUN,
    'code',
  ]);
  const running = gauge('runs_running', 'Trainings under way.', RUN);
  const duration = new Histogram({
    name: 'kgmentor_run_duration_seconds',
    help: 'Preparing and training of finished trainings.',
    labelNames: RUN,
    buckets: DURATIONS,
    registers,
  });
  const epochs = counter('epochs_total', 'Epochs done.', RUN);
  const loss = gauge('loss', 'Mean loss of the last epoch.', RUN);
  const mrr = gauge('validation_mrr', 'Last validation MRR, in [0, 1].', RUN);
  const rate = gauge('examples_per_second', 'Grouped training queries a second; 0 between trainings.', RUN);
  const memory = gauge(
    'training_memory_bytes',
    'Resident memory of the training process; 0 without one.',
    RUN,
  );
  const success = gauge('last_success_timestamp_seconds', 'When a training last ended with a model.', RUN);
  const read = counter('read_rows_total', 'Entities and triples read from the graph.', ['source', 'kind']);
  const published = counter(
    'published_entities_total',
    'Entities whose vectors were written and switched to.',
    ['source', 'label'],
  );
  const publishedAt = gauge('last_published_timestamp_seconds', 'When readers were last switched.', [
    'source',
  ]);
  const refused = counter('gate_refusals_total', 'New students not published, as worse than the old one.', [
    'source',
  ]);
  const missed = counter('schedule_missed_total', 'Times that passed while no scheduler was at work.', [
    'schedule',
  ]);
  const skipped = counter('schedule_skipped_total', 'Times at which nothing was begun for a target.', [
    'schedule',
    'target',
  ]);
  const jobsDone = counter('jobs_done_total', 'Jobs of a queue that this worker did.', []);
  const jobsFailed = counter('jobs_failed_total', 'Jobs that failed here and are not tried again.', []);
  const jobs = gauge('queue_jobs', 'Jobs of the whole queue, by state.', ['state']);
  const warnings = counter('warnings_total', 'Warnings told.', []);
  const reachable = gauge('neo4j_reachable', 'Whether Neo4j has answered lately.', []);

  const ended = (run: ReturnType<typeof runOf>) => {
    running.dec(run);
    rate.set(run, 0);
    memory.set(run, 0);
  };
  const now = () => Date.now() / 1000;
  const onEvent = (event: KgmentorEvent): void => {
    switch (event.type) {
      case 'read':
        read.inc({ source: event.source, kind: 'entities' }, event.entities);
        read.inc({ source: event.source, kind: 'triples' }, event.triples);
        return;
      case 'begun':
        started.inc(runOf(event));
        running.inc(runOf(event));
        return;
      case 'step':
        rate.set(runOf(event), event.rowsPerSecond);
        return;
      case 'epoch':
        epochs.inc(runOf(event));
        loss.set(runOf(event), event.loss);
        rate.set(runOf(event), event.rowsPerSecond);
        if (event.memoryMb !== undefined) memory.set(runOf(event), event.memoryMb * MIB);
        return;
      case 'evaluated':
        mrr.set(runOf(event), event.value);
        return;
      case 'done':
        finished.inc(runOf(event));
        success.set(runOf(event), now());
        if (event.seconds !== undefined) duration.observe(runOf(event), event.seconds);
        ended(runOf(event));
        return;
      case 'failed':
        failed.inc({ ...runOf(event), code: event.code });
        ended(runOf(event));
        return;
      case 'published':
        published.inc({ source: event.source, label: event.label }, event.nodes);
        publishedAt.set({ source: event.source }, now());
        return;
      case 'refused':
        refused.inc({ source: event.source });
        return;
      case 'warning':
        warnings.inc();
        return;
    }
  };
  return {
    onEvent,
    onOperateEvent(event) {
      if (event.type === 'missed') missed.inc({ schedule: event.schedule }, event.count);
      if (event.type === 'skipped') skipped.inc({ schedule: event.schedule, target: event.target });
    },
    onWorkerEvent(event) {
      if (event.type === 'done') jobsDone.inc();
      if (event.type === 'failed' && event.final) jobsFailed.inc();
    },
    queued(counts) {
      for (const [state, count] of Object.entries(counts)) jobs.set({ state }, count);
    },
    reached: (is) => reachable.set(is ? 1 : 0),
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    close: () => registry.clear(),
  };
}
