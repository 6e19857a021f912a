import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';
import { KgmentorError } from '../errors.js';
import { type Graphs, openGraphs } from '../graph/graphs.js';
import type { OnOperateEvent, OperateEvent } from '../operate/events.js';
import { refusal } from '../operate/gate.js';
import { type RetrainHow, type RetrainOutcome, retrainJob } from '../operate/retrainJob.js';
import type { MetricsServer } from '../operate/serveMetrics.js';
import { connectionOf } from '../settings.js';
import { sharesOf, usedGpus } from '../train/devices.js';
import type { Context } from './command.js';
import { duration } from './output.js';
import { checkThreads, wholeNumber } from './training.js';

/** How many retrainings go on at once, and what does one of them. */
export interface Workshop {
  readonly limit: LimitFunction;
  /** Opens connections that whoever asks closes: one look after the other would pile up what the command's end closes. */
  readonly graphs: (purpose: 'read' | 'write') => Promise<Graphs>;
  readonly retrain: (target: string, how: RetrainHow) => Promise<RetrainOutcome>;
}

export const workshopOptions = {
  parallel: { type: 'string' },
  threads: { type: 'string' },
} as const;

export const workshopHelp = {
  '--parallel N': 'retrainings at once; one a GPU, or one a core, where absent',
  '--threads N': 'threads of TensorFlow in each',
};

/** Divides the machine among the retrainings of so many targets. */
export async function workshopOf(targets: number, context: Context): Promise<Workshop> {
  const { flags, out, signal } = context;
  const config = context.config();
  const graphs = (purpose: 'read' | 'write') => openGraphs(config, connectionOf(flags as object, purpose));
  const machine = { cores: availableParallelism(), devices: await usedGpus() };
  const asked = { parallel: wholeNumber(flags, 'parallel'), threads: checkThreads(flags) };
  const { parallel, threads, devices } = sharesOf(targets, machine, asked);
  const free = [...devices];
  return {
    limit: pLimit(parallel),
    graphs,
    async retrain(target, how) {
      const device = free.shift();
      const onEvent = out.onEventOf(target);
      try {
        const job = { config, graphs, target, ...how };
        return await retrainJob(job, { signal, threads, device, onEvent });
      } finally {
        if (device !== undefined) free.push(device);
      }
    },
  };
}

/**
 * What a command ends with after its retrainings.
 *
 * @throws KgmentorError GATE where one was refused or could not be begun
 */
export function requirePublished(outcomes: readonly RetrainOutcome[]): void {
  for (const one of outcomes) {
    if (one.outcome === 'busy')
      throw new KgmentorError('GATE', one.why, { next: 'Wait for that one, or look again later.' });
    if (one.outcome === 'refused') throw refusal(one.target, one.run, one.gate);
  }
}

/**
 * What a command that goes on until it is stopped ends with.
 *
 * @throws KgmentorError INTERRUPTED after a stop
 */
export function requireUnstopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new KgmentorError('INTERRUPTED', 'Stopped.', {
    next: 'What was under way goes on from its checkpoint the next time.',
  });
}

const WORSE: readonly OperateEvent['type'][] = ['trouble', 'missed', 'cutOff'];

/** Tells what goes on as data, writes it into the log and counts it. */
export function tellOf({ out, note }: Context, metrics?: MetricsServer): OnOperateEvent {
  return (event) => {
    metrics?.onOperateEvent(event);
    note(event, WORSE.includes(event.type) ? 'warn' : 'info');
    out.data(event, () => [operateLine(event)]);
  };
}

/** An event as a line for people. */
export function operateLine(event: OperateEvent): string {
  const of = 'schedule' in event && event.schedule !== undefined ? ` (${event.schedule})` : '';
  const about = `${'target' in event ? event.target : ''}${of}:`;
  switch (event.type) {
    case 'checked':
      return `${about} ${event.retrain ? 'to be retrained' : 'not retrained'}, by ${STEPS[event.step]}: ${event.why}`;
    case 'begun':
      return `${about} ${event.schedule === undefined ? 'retraining begins' : 'its time has come'}`;
    case 'outcome':
      return `${about} ${event.outcome}${event.run === undefined ? '' : ` ${event.run}`}: ${event.why}${event.seconds > 0 ? `; ${duration(event.seconds)}` : ''}`;
    case 'trouble':
      return `${about} ${event.message}${event.retrySeconds === undefined ? '' : ` Trying again in ${duration(event.retrySeconds)}.`}`;
    case 'skipped':
      return `${about} skipped at ${event.at}: ${event.why}`;
    case 'missed':
      return `${event.schedule}: missed ${event.times.join(', ')}${event.count > event.times.length ? ` and ${event.count - event.times.length} more` : ''}`;
    case 'cutOff':
      return `${about} the one of ${event.at} was cut off`;
  }
}

const STEPS = {
  none: 'nothing looked at',
  bookmark: 'bookmark',
  counts: 'counts',
  digest: 'digest of the content',
} as const;
