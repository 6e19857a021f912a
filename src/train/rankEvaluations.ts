import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { rank } from '../evaluate/ranks.js';
import type { RankingQueries } from '../evaluate/types.js';
import { tf } from '../model/backend.js';
import { disposeModel, restoreModel, singleHop } from '../model/model.js';
import { readTensors, writeTensors } from '../model/safetensors.js';
import { loadTeacher } from './frozenTeacher.js';
import { files, type Job, readJob } from './job.js';
import { rankModel } from './rankModel.js';
import { shapeOf } from './trainer.js';

/**
 * Ranks a job's evaluations and writes `ranks.safetensors` beside it.
 *
 * @param by folder of the model, or 'teacher' for the job's teacher through its links
 */
export function rankEvaluations(folder: string, by: string): void {
  const job = readJob(folder);
  const ranker = by === 'teacher' ? teacherRanker(job) : modelRanker(job, by);
  const ranks = Object.entries(job.evaluations).map(([name, queries]) => {
    const found = Float32Array.from(ranker.rank(queries));
    return [name, { shape: [found.length], data: found }] as const;
  });
  ranker.dispose();
  writeTensors(join(folder, files.ranks), Object.fromEntries(ranks));
}

interface Ranker {
  rank(queries: RankingQueries): Float64Array;
  dispose(): void;
}

function modelRanker(job: Job, folder: string): Ranker {
  const path = join(folder, files.model);
  if (!existsSync(path))
    throw new KgmentorError('BAD_DATA', `${folder} holds no trained model yet.`, {
      next: 'Finish its training first, with --resume.',
    });
  const { tensors } = readTensors(path);
  if (tensors.entity?.shape[0] !== job.rows || tensors.relation?.shape[0] !== 2 * job.relations)
    throw new KgmentorError('BAD_DATA', `The model in ${folder} does not belong to the job beside it.`, {
      next: 'Train again.',
    });
  const model = restoreModel(shapeOf(job), tensors);
  return {
    rank: (queries) => rankModel(model, job.entities, queries),
    dispose: () => disposeModel(model),
  };
}

/** Lower than any score of a linked candidate: what the teacher does not know comes last, tied. */
const UNKNOWN = -1e9;

/** Where the teacher does not know the asked entity or relation, all candidates are tied. */
function teacherRanker(job: Job): Ranker {
  if (!job.teacher)
    throw new KgmentorError('BAD_DATA', 'The run has no teacher whose answers could be ranked.', {
      next: 'Retrain with a teacher.',
    });
  const teacher = loadTeacher(job.teacher);
  const rows = Int32Array.from({ length: job.entities }, (_, i) => i);
  const column = (values: ArrayLike<number>) => tf.tensor2d(Float32Array.from(values), [values.length, 1]);
  return {
    rank: (queries) => {
      let ranks: Float64Array = new Float64Array(0);
      tf.tidy(() => {
        const offset = column(rows.map((i) => (teacher.row[i] >= 0 ? 0 : UNKNOWN)));
        const order = teacher.order(rows);
        const table = tf.concat([order.table, offset], 1) as Tensor2D; // [entities, width + 1]
        ranks = rank(
          {
            table,
            query: (entity, relation) => {
              const paths = singleHop(entity, relation);
              const known = column(teacher.asked(paths));
              const query = tf.mul(order.query(teacher.activations(paths).query), known); // [n, width]
              return tf.concat([query, known], 1) as Tensor2D;
            },
          },
          queries,
        );
      });
      return ranks;
    },
    dispose: () => teacher.dispose(),
  };
}
