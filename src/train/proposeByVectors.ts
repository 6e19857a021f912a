import { join } from 'node:path';
import { linkClasses } from '../kg/classes.js';
import { type LinkRow, type ScoredLinks, scoredColumns } from '../kg/links.js';
import type { Dataset } from '../kg/types.js';
import { alignVectors } from './alignVectors.js';
import { readModelEntities } from './folder.js';
import { files } from './job.js';
import type { RunOptions } from './runFolder.js';

/**
 * Proposes links between unlinked entities by a teacher's vectors: mutual nearest neighbours under CSLS, for each two
 * sources. A proposal's score is by how much it is nearer than the next best of either end.
 *
 * @param folder the teacher's run folder
 * @param dataset the teacher's sources with the links that it was trained with
 * @example
 * chooseLinks(await proposeByVectors('runs/teacher', dataset), calibration, 0.9);
 */
export async function proposeByVectors(
  folder: string,
  dataset: Dataset,
  options: Pick<RunOptions, 'threads' | 'signal'> & { readonly linkThreshold?: number } = {},
): Promise<ScoredLinks> {
  const { classOf } = linkClasses(
    dataset.sources.map(({ entities }) => entities.keys.length),
    dataset.alignments,
    { threshold: options.linkThreshold },
  );
  const members = classOf.map((column) => new Set(column));
  const teacher = readModelEntities(folder);
  const rowsOf = dataset.sources.map(
    ({ name }) => teacher.sources.find((source) => source.name === name)?.rows ?? [],
  );
  const free = (source: number, other: number) =>
    [...classOf[source].keys()].filter((entity) => !members[other].has(classOf[source][entity]));
  const asked = dataset.sources.flatMap((_, s) =>
    dataset.sources
      .slice(s + 1)
      .map((_, k) => ({ s, t: s + 1 + k, left: free(s, s + 1 + k), right: free(s + 1 + k, s) })),
  );
  const table = { file: join(folder, files.model), tensor: 'entity' };
  const nobody = new Int32Array(0);
  const found = await alignVectors(
    folder,
    {
      left: table,
      right: table,
      task: 'propose',
      pairs: asked.map(({ s, t, left, right }) => ({
        left: Int32Array.from(left, (entity) => rowsOf[s][entity]),
        right: Int32Array.from(right, (entity) => rowsOf[t][entity]),
        asked: { left: nobody, right: nobody },
      })),
    },
    options,
  );
  const rows = asked.flatMap(({ s, t, left, right }, i) =>
    Array.from(
      found[i].left,
      (at, p): LinkRow => [s, left[at], t, right[found[i].right[p]], found[i].margin[p]],
    ),
  );
  // Classes that hold entities of one source are two things.
  const isPossible = ([s, a, t, b]: LinkRow) =>
    !members.some((holds) => holds.has(classOf[s][a]) && holds.has(classOf[t][b]));
  return scoredColumns(rows.filter(isPossible));
}
