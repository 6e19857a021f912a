import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { rankFiltered } from '../evaluate/ranks.js';
import type { RankingQueries } from '../evaluate/types.js';
import { tidied } from '../model/backend.js';
import { type StoredTensor, writeTensors } from '../model/safetensors.js';
import { askedModel } from './askedModel.js';
import { files, readJob } from './job.js';

/**
 * Ranks a job's evaluations and writes `ranks.safetensors` beside it.
 *
 * @param by folder of the model, or 'teacher' for the job's teacher through its links
 */
export function rankEvaluations(folder: string, by: string): void {
  const job = readJob(folder);
  const model = askedModel(job, by);
  const found: Record<string, StoredTensor> = {};
  for (const named of sameQuestions(Object.entries(job.evaluations))) {
    const ranks = tidied(() => {
      const { table, query } = model.order();
      const scorer = {
        table,
        query: (entity: Int32Array, relation: Int32Array) => query(entity, [relation]),
      };
      return rankFiltered(
        scorer,
        named[0][1],
        named.map(([, { filter }]) => filter),
      );
    });
    for (const [i, [name]] of named.entries())
      found[name] = { shape: [ranks[i].length], data: Float32Array.from(ranks[i]) };
  }
  model.dispose();
  writeTensors(join(folder, files.ranks), found);
}

type Named = readonly [name: string, queries: RankingQueries];

/** Evaluations that differ in their filter alone, together. */
function sameQuestions(evaluations: readonly Named[]): Named[][] {
  const groups: Named[][] = [];
  for (const one of evaluations) {
    const group = groups.find(([[, first]]) => asksTheSame(first, one[1]));
    if (group) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

const COLUMNS = ['entity', 'relation', 'answer'] as const;

const asksTheSame = (a: RankingQueries, b: RankingQueries): boolean =>
  COLUMNS.every((column) => isDeepStrictEqual(a[column], b[column])) &&
  isDeepStrictEqual(a.candidates, b.candidates);
