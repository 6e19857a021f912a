import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import type { PathScorer } from '../evaluate/ranks.js';
import { tf } from '../model/backend.js';
import { scoring, signedScores } from '../model/geometry.js';
import { disposeModel, firstRows, lastHop, pathScorerOf, queriesOf, restoreModel } from '../model/model.js';
import { read } from '../model/ops.js';
import { givenStart, singleHop } from '../model/paths.js';
import { readTensors } from '../model/safetensors.js';
import { loadTeacher } from './frozenTeacher.js';
import { files, type Job } from './job.js';
import { shapeOf } from './trainer.js';

/** Whose answers about a job's entities are asked for. Where it cannot be asked, all candidates are tied. */
export interface AskedModel {
  /** Path encoders answer whole paths, triple encoders one relation at a time. */
  readonly kind: 'triple' | 'path';
  /** Orders the candidates of paths, of one relation for a triple encoder; called inside `tf.tidy`. */
  order(): PathScorer;
  /** Scores [n, entities] of (entity, relation, ?) in the model's own measure; called inside `tf.tidy`. */
  scores(): (entity: Int32Array, relation: Int32Array) => Tensor2D;
  /** [n] 1 where it can be asked for the end of a path. @param relation [hops][n] */
  asked(entity: Int32Array, relation: readonly Int32Array[]): Float32Array;
  dispose(): void;
}

/**
 * @param by folder of the model, or 'teacher' for the job's teacher through its links
 * @throws KgmentorError BAD_DATA where there is no such model
 */
export const askedModel = (job: Job, by: string): AskedModel =>
  by === 'teacher' ? askedTeacher(job) : askedStudent(job, by);

function askedStudent(job: Job, folder: string): AskedModel {
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
    kind: model.encoder.kind,
    order: () => pathScorerOf(model, job.entities),
    scores() {
      const all = read<Tensor2D>(model.entity.value);
      const score = scoring(model.shape.geometry, firstRows(all, job.entities));
      return (entity, relation) =>
        signedScores(score.all(queriesOf(model, singleHop(entity, relation), all)));
    },
    asked: (entity) => new Float32Array(entity.length).fill(1),
    dispose: () => disposeModel(model),
  };
}

/** Lower than any score of a linked candidate: what the teacher does not know comes last, tied. */
const UNKNOWN = -1e9;

const columnOf = (values: ArrayLike<number>): Tensor2D =>
  tf.tensor2d(Float32Array.from(values), [values.length, 1]);

function askedTeacher(job: Job): AskedModel {
  if (!job.teacher)
    throw new KgmentorError('BAD_DATA', 'The run has no teacher whose answers could be ranked.', {
      next: 'Retrain with a teacher.',
    });
  const teacher = loadTeacher(job.teacher);
  const rows = Int32Array.from({ length: job.entities }, (_, i) => i);
  const offset = rows.map((i) => (teacher.row[i] >= 0 ? 0 : UNKNOWN));
  const asked = (entity: Int32Array, relation: readonly Int32Array[]) =>
    Float32Array.from(entity, (row, i) =>
      Number(teacher.row[row] >= 0 && relation.every((hop) => teacher.relation[hop[i]] >= 0)),
    );
  return {
    kind: teacher.encoder.kind,
    order() {
      const order = teacher.order(rows);
      return {
        table: tf.concat([order.table, columnOf(offset)], 1) as Tensor2D, // [entities, width + 1]
        query(entity, relation) {
          const paths = givenStart(entity, relation);
          const known = columnOf(asked(entity, relation));
          const query = lastHop(teacher.activations(paths).query, paths); // [n, width]
          return tf.concat([tf.mul(order.query(query), known), known], 1) as Tensor2D;
        },
      };
    },
    scores() {
      const penalty = tf.transpose(columnOf(offset)); // [1, entities]
      return (entity, relation) => {
        const { query } = teacher.activations(singleHop(entity, relation));
        const scores = tf.add(teacher.scores(query, rows), penalty);
        return tf.mul(scores, columnOf(asked(entity, [relation]))) as Tensor2D;
      };
    },
    asked,
    dispose: () => teacher.dispose(),
  };
}
