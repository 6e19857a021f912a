import type { Config } from '../config.js';
import type { Graph } from '../graph/connect.js';
import { readPublications } from '../graph/slots.js';
import { type FoundRun, listRunFolders } from '../train/runs.js';

/** The finished runs of a target, the newest first, but the one that readers use before all others. */
export async function earlierRuns(graph: Graph, target: string, runs: string): Promise<FoundRun[]> {
  const published = new Set(
    (await readPublications(graph)).filter(({ source }) => source === target).map(({ model }) => model),
  );
  const all = listRunFolders(runs)
    .filter(({ record }) => record.target === target && record.status === 'done')
    .reverse();
  const isRead = ({ record }: FoundRun) => published.has(record.id);
  return [...all.filter(isRead), ...all.filter((one) => !isRead(one))];
}

/**
 * The run that an unattended incremental retraining goes on from; undefined where no earlier student has the
 * encoder, size and geometry that the configuration asks for, so that the training begins anew.
 */
export async function earlierStudent(
  graph: Graph,
  target: string,
  { runs, student }: Pick<Config, 'runs' | 'student'>,
): Promise<FoundRun | undefined> {
  const [first] = await earlierRuns(graph, target, runs);
  const isAlike = (['encoder', 'dim', 'geometry'] as const).every(
    (name) => first?.record.settings[name] === student[name],
  );
  return isAlike ? first : undefined;
}
