import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { refusal } from '../operate/gate.js';
import type { JobResult } from '../operate/queue/perform.js';
import { runWorker, type WorkerEvent } from '../operate/queue/worker.js';
import { connectionOf } from '../settings.js';
import { sharesOf, usedGpus } from '../train/devices.js';
import { type Command, text } from './command.js';
import { requireUnstopped } from './operating.js';
import { queueAddress, queueHelp, queueOptions } from './queueFlags.js';
import { metricsHelp, metricsOptions, startMetrics } from './serving.js';
import { checkThreads, wholeNumber } from './training.js';

/** While Redis is there the loop turns twice a minute, whatever is trained beside it. */
const QUIET_SECONDS = 180;

export const workerCommand: Command = {
  usage:
    '[--parallel N] [--threads N] [--drain] [--redis URL] [--queue NAME] [--metrics-port N [--metrics-host H]]',
  summary:
    'Takes jobs from a queue, trains and publishes. Ctrl-C and SIGTERM put what is begun back, with checkpoints.',
  options: {
    parallel: { type: 'string' },
    threads: { type: 'string' },
    drain: { type: 'boolean' },
    ...queueOptions,
    ...metricsOptions,
  },
  help: {
    '--parallel N': 'trainings at once; one a GPU, or one, where absent',
    '--threads N': 'threads of TensorFlow in each; equal counts give equal weights',
    '--drain':
      'end when no job is left; with the exit code of the first failure, or 6 where a student is not published',
    ...queueHelp,
    ...metricsHelp,
  },
  stops: true,
  async run(context) {
    const { flags, out, signal, config, note } = context;
    const file = text(flags, 'config') ?? 'kgmentor.json';
    const devices = await usedGpus();
    const shares = sharesOf(
      wholeNumber(flags, 'parallel') ?? Math.max(1, devices.length),
      { cores: availableParallelism(), devices },
      { parallel: wholeNumber(flags, 'parallel'), threads: checkThreads(flags) },
    );
    // Jobs bring their configuration along: here only the folder of runs matters.
    const named = flags.config !== undefined || existsSync(file);
    const place = {
      runs: named ? config().runs : path.resolve('runs'),
      folder: path.dirname(path.resolve(file)),
      connection: connectionOf(flags as object, 'write'),
      threads: shares.threads,
    };
    const served = await startMetrics(context, {
      loopSeconds: QUIET_SECONDS,
      metrics: named ? config().metrics : {},
    });
    let isAway = false;
    let failure: KgmentorError | undefined;
    let refused: KgmentorError | undefined;
    await runWorker(queueAddress(flags), {
      place,
      parallel: shares.parallel,
      devices: shares.devices,
      drain: flags.drain === true,
      signal,
      onEvent(event) {
        if (event.type === 'away') {
          if (!isAway) {
            note(event, 'warn');
            out.say('Redis does not answer; trainings go on, and it is tried again');
          }
          isAway = true;
          return;
        }
        isAway = false;
        failure ??= failureOf(event);
        refused ??= refusalOf(event);
        served?.onWorkerEvent(event);
        note(event, event.type === 'failed' || event.type === 'lost' ? 'warn' : 'info');
        if (out.options.json) out.data(event, () => []);
        else out.say(lineOf(event));
      },
      onJobEvent: (id, event) => out.onEventOf(id)(event),
      onTurn(jobs) {
        served?.beat();
        served?.queued(jobs);
      },
    });
    requireUnstopped(signal);
    const end = failure ?? refused;
    if (flags.drain === true && end) throw end;
  },
};

/** The failure of a job that is not tried again. */
const failureOf = (event: WorkerEvent): KgmentorError | undefined =>
  event.type === 'failed' && event.final
    ? new KgmentorError(event.code, `The job ${event.id} failed: ${event.reason}`, {
        next: '`kgmentor queue` lists failed jobs with their reasons, `kgmentor queue retry` tries them again.',
      })
    : undefined;

/** What the quality gate said of a job's student where that is not published. */
function refusalOf(event: WorkerEvent): KgmentorError | undefined {
  const result = event.type === 'done' ? (event.result as Partial<JobResult> | null) : null;
  const { target = '', run = '', refused } = result ?? {};
  return refused === undefined ? undefined : refusal(target, run, { why: refused });
}

function lineOf(event: WorkerEvent): string {
  switch (event.type) {
    case 'ready':
      return 'waiting for jobs';
    case 'began':
      return `${event.id}: begun${event.tries > 1 ? `, time ${event.tries}` : ''}`;
    case 'done':
      return `${event.id}: ${endOf(event.result as Partial<JobResult> | null)}`;
    case 'failed':
      return `${event.id}: failed${event.final ? '' : ', to be tried again'}: ${event.reason}`;
    case 'waits':
      return `${event.id}: waits: ${event.why}`;
    case 'returned':
      return `${event.id}: back in the queue`;
    case 'lost':
      return `${event.id}: taken up by another worker, as this one gave no sign of life`;
    case 'away':
    case 'ended':
      return 'ended';
  }
}

/** How a job ended, for people: a report and a teacher publish nothing. */
const endOf = (result: Partial<JobResult> | null): string =>
  result?.refused !== undefined
    ? `not published: ${result.refused}`
    : result?.published !== undefined
      ? 'published'
      : 'done';
