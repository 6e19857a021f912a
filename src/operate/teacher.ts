import type { Config } from '../config.js';
import type { Graphs } from '../graph/graphs.js';
import { withLease } from '../graph/lease.js';
import { migrate } from '../graph/migrate.js';
import { readTeacherInput } from '../teacherInput.js';
import { pretrain } from '../train/pretrain.js';
import type { RunOptions } from '../train/runFolder.js';
import { type FoundRun, findRun, listRunFolders, withNewRun } from '../train/runs.js';

/** Name of the lease that those who pre-train share. */
const LEASE = 'pretrain';

/** By folder of runs: the teacher that this process is training, which all who ask meanwhile wait for. */
const underWay = new Map<string, Promise<void>>();

/**
 * The teacher that students are distilled from: the named one, or the newest finished one. Where there is none and
 * `pretrain` is set, one is trained first; of several that ask at once one trains it.
 *
 * @throws KgmentorError NO_DATA where there is none; GATE where another process is training one
 */
export async function teacherFor(
  { config, id, pretrain: mayTrain }: { config: Config; id?: string; pretrain?: boolean },
  graphs: Graphs,
  options: RunOptions = {},
): Promise<FoundRun & { readonly trained: boolean }> {
  const find = () => findRun(config.runs, id, { kind: 'teacher', finished: true });
  const isThere = () =>
    listRunFolders(config.runs).some(({ record }) => record.kind === 'teacher' && record.status === 'done');
  if (id !== undefined || !mayTrain || isThere()) return { ...find(), trained: false };
  const training = underWay.get(config.runs) ?? trainUnderLease(config, graphs, options, isThere);
  underWay.set(config.runs, training);
  await training.finally(() => underWay.delete(config.runs));
  return { ...find(), trained: true };
}

async function trainUnderLease(
  config: Config,
  graphs: Graphs,
  options: RunOptions,
  isThere: () => boolean,
): Promise<void> {
  await migrate(graphs.common);
  await withLease(graphs.common, LEASE, {}, async () => {
    if (isThere()) return;
    await withNewRun(config.runs, 'teacher', (run) => trainTeacher(config, graphs, run, options));
  });
}

/** Reads the sources and trains a teacher of them in a run's folder. */
export async function trainTeacher(
  config: Config,
  graphs: Graphs,
  run: { readonly folder: string; readonly id: string },
  options: RunOptions,
): Promise<void> {
  const { input } = await readTeacherInput({ config, graphs, onEvent: options.onEvent });
  await pretrain({ ...input, ...run }, options);
}
