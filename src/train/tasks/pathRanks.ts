import { beamRanks } from '../../evaluate/beam.js';
import { rankPaths } from '../../evaluate/ranks.js';
import type { PathQueries } from '../../evaluate/types.js';
import { tf, tidied } from '../../model/backend.js';
import { type AskedModel, askedModel } from '../askedModel.js';
import { readJob } from '../job.js';
import { readPathQuestions, writePathAnswers } from './pathQuestions.js';

/**
 * Ranks the path queries that lie in a folder beside its job, by a path encoder in one pass, by a triple encoder with
 * beam search.
 *
 * @param by folder of the model, or 'teacher' for the job's teacher through its links
 */
export function rankPathQueries(folder: string, by: string): void {
  const job = readJob(folder);
  const { queries, beam } = readPathQuestions(folder);
  const model = askedModel(job, by);
  const ranks = new Map(
    [...queries].map(([hops, some]) => [hops, tidied(() => ranksOf(model, some, job.entities, beam))]),
  );
  writePathAnswers(folder, { ranks, byBeam: model.kind === 'triple' });
  model.dispose();
}

/** Called inside `tf.tidy`. */
function ranksOf(model: AskedModel, queries: PathQueries, entities: number, width: number): Float32Array {
  if (model.kind === 'path') return Float32Array.from(rankPaths(model.order(), queries));
  const scores = model.scores();
  const known = model.asked(queries.entity, queries.relation);
  return Float32Array.from(
    beamRanks((entity, relation) => tf.logSoftmax(scores(entity, relation)), queries, entities, {
      width,
      known,
    }),
  );
}
