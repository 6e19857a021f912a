import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { KgmentorError } from '../errors.js';
import { sharesOf, usedGpus } from '../train/devices.js';
import type { RunRecord } from '../train/folder.js';
import { listRunFolders } from '../train/runs.js';
import { noteAsked, readAsked } from './askedTargets.js';
import type { Context } from './command.js';
import { points, table } from './output.js';
import { type Retrained, retrainTarget } from './retraining.js';
import { checkThreads, wholeNumber } from './training.js';

/**
 * Trains the students of several targets, a process each, as many at once as the machine has room for. One that fails
 * ends no other; all are told in the end. With --resume unfinished ones go on, those that are not there are begun, and
 * the others stay.
 *
 * @throws KgmentorError the first failure, after all have ended; INTERRUPTED after a stop
 */
export async function retrainMany(targets: readonly string[], context: Context): Promise<void> {
  const { flags, out, signal } = context;
  const machine = { cores: availableParallelism(), devices: await usedGpus() };
  const wanted = { parallel: wholeNumber(flags, 'parallel'), threads: checkThreads(flags) };
  const { parallel, threads, devices } = sharesOf(targets.length, machine, wanted);
  out.say(
    `${targets.length} students, ${parallel} at once, ${threads} ${threads === 1 ? 'thread' : 'threads'} each${devices.length > 0 ? `, on the GPUs ${[...new Set(devices)].join(', ')}` : ''}`,
  );
  const limit = pLimit(parallel);
  const free = [...devices];
  const { runs } = context.config();
  const all = flags.resume ? listRunFolders(runs) : [];
  const asked = flags.resume ? readAsked(runs) : noteAsked(runs, targets);
  // A student from before the targets were asked for says nothing of whether this one was begun.
  const newest = (target: string): RunRecord['status'] | undefined =>
    all.findLast(
      ({ record }) =>
        record.kind === 'student' &&
        record.target === target &&
        record.createdAt >= (asked[target] ?? record.createdAt),
    )?.record.status;
  const outcomes = await Promise.allSettled(
    targets.map((target) =>
      limit(async () => {
        if (signal.aborted) throw new KgmentorError('INTERRUPTED', 'Stopped before it was begun.');
        const status = flags.resume ? newest(target) : undefined;
        if (status === 'done') return undefined;
        const device = free.shift();
        const options = { resume: status !== undefined, signal, threads, device };
        try {
          const told = {
            say: (line: string) => out.say(`${target}: ${line}`),
            warn: (line: string) => out.warn(`${target}: ${line}`),
            onEvent: out.onEventOf(target),
          };
          return await retrainTarget(target, context, { ...options, ...told });
        } finally {
          if (device !== undefined) free.push(device);
        }
      }),
    ),
  );
  const told = targets.map((target, i) => {
    const outcome = outcomes[i];
    if (outcome.status === 'rejected') return { target, error: (outcome.reason as Error).message };
    return { target, ...(outcome.value ?? { done: true as const }) };
  });
  out.data(told, () => lines(told));
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failed.length === 0) return;
  const stopped = failed.find((error) => error instanceof KgmentorError && error.code === 'INTERRUPTED');
  throw stopped ?? failed[0];
}

type Told = { readonly target: string } & (Retrained | { readonly error: string } | { readonly done: true });

function lines(told: readonly Told[]): string[] {
  const rows = told.map((one) => {
    if ('error' in one) return [one.target, '', '', '', one.error];
    if ('done' in one) return [one.target, '', '', '', 'its newest student was done before'];
    const { target, result, metrics, folder } = one;
    const test = metrics.tv?.all;
    return [
      target,
      result.trainSeconds.toFixed(1),
      result.best === null ? '' : points(result.best),
      test && test.count > 0 ? points(test.mrr) : '',
      folder,
    ];
  });
  return table(['target', 'seconds', 'validation MRR', 'test MRR', 'run'], rows);
}
