import { createHash } from 'node:crypto';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { tf } from '../model/backend.js';
import type { Activations, Encoder } from '../model/encoders/encoder.js';
import { type Geometry, orderBy, scoring, signedScores } from '../model/geometry.js';
import { pathRows } from '../model/model.js';
import type { Paths } from '../model/paths.js';
import { readTensors, type StoredTensor } from '../model/safetensors.js';
import { storedEncoder } from '../model/stored.js';
import type { TeacherLink } from './job.js';
import { teacherFile } from './teacherFile.js';

/** A teacher as distillation sees it: constants aligned with the student's rows and relations. */
export interface FrozenTeacher {
  readonly digest: string;
  readonly encoder: Encoder;
  /** Student row → teacher row, or -1. */
  readonly row: Int32Array;
  /** Student relation (reciprocals included) → teacher relation, or -1. */
  readonly relation: Int32Array;
  /** Teacher vectors of student rows [n, width.entity]; zeros where there is no link. */
  entities(rows: Int32Array): Tensor2D;
  /** Teacher vectors of student relations [n, width.relation]; zeros where there is no counterpart. */
  relations(rows: Int32Array): Tensor2D;
  /** What the teacher makes of paths over student rows; only meaningful where it can be asked. */
  activations(paths: Paths): Activations;
  /**
   * [positions] 1 where the teacher can be asked: it knows the relation and, for a triple encoder, the entity before it;
   * for a path encoder the first entity and all relations so far, as entities between that it does not know are hidden.
   */
  asked(paths: Paths): Float32Array;
  /** Scores [n, candidates] of queries against student rows that are linked. */
  scores(query: Tensor2D, candidates: Int32Array): Tensor2D;
  /** The same as a table and a map of queries whose product orders candidates. */
  order(candidates: Int32Array): ReturnType<typeof orderBy>;
  dispose(): void;
}

/**
 * Loads a teacher's folder and keeps only the rows that the student is linked to.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no whole model
 */
export function loadTeacher(link: TeacherLink): FrozenTeacher {
  const file = readTensors(teacherFile(link.folder));
  const { tensors, metadata } = file;
  const { entity, relation } = tensors;
  if (!entity || !relation)
    throw new KgmentorError(
      'BAD_DATA',
      `${link.folder} holds no teacher: entity and relation tables expected.`,
      { next: 'Train one with `kgmentor pretrain`.' },
    );
  const hash = createHash('sha256');
  for (const { data } of Object.values(tensors)) hash.update(data);
  return frozen(link, {
    ...storedEncoder(file),
    geometry: metadata.geometry as Geometry,
    entity: aligned(entity, link.row),
    relation: aligned(relation, link.relation),
    digest: hash.digest('hex'),
  });
}

/** Rows of a table in the order of others, zeros where there is none. */
function aligned({ shape: [, width], data }: StoredTensor, rows: Int32Array): Tensor2D {
  const values = data as Float32Array;
  const out = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries())
    if (row >= 0) out.set(values.subarray(row * width, (row + 1) * width), i * width);
  return tf.tensor2d(out, [rows.length, width]);
}

interface Parts {
  readonly encoder: Encoder;
  readonly geometry: Geometry;
  readonly entity: Tensor2D;
  readonly relation: Tensor2D;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly digest: string;
}

function frozen(
  link: TeacherLink,
  { encoder, geometry, entity, relation, weights, digest }: Parts,
): FrozenTeacher {
  const pick = (table: Tensor2D, rows: Int32Array) =>
    tf.gather(table, tf.tensor1d(rows, 'int32')) as Tensor2D;
  const isLinked = (row: number) => row >= 0 && link.row[row] >= 0;
  const isMatched = (id: number) => link.relation[id] >= 0;
  /** A path encoder is not shown what it has not learned. */
  const known = (paths: Paths): Paths =>
    encoder.kind === 'triple'
      ? paths
      : { ...paths, entity: paths.entity.map((row) => (isLinked(row) ? row : -1)) };
  return {
    digest,
    encoder,
    row: link.row,
    relation: link.relation,
    entities: (rows) => pick(entity, rows),
    relations: (rows) => pick(relation, rows),
    activations(paths) {
      const { rows, shape } = pathRows(known(paths));
      return encoder.forward(pick(entity, rows), pick(relation, paths.relation), weights, shape);
    },
    asked(paths) {
      const { size } = paths;
      const out = new Float32Array(paths.relation.length);
      for (const [p, id] of paths.relation.entries()) {
        const begun = encoder.kind === 'triple' || p < size ? isLinked(paths.entity[p]) : out[p - size] === 1;
        out[p] = Number(begun && isMatched(id));
      }
      return out;
    },
    scores: (query, candidates) => signedScores(scoring(geometry, pick(entity, candidates)).all(query)),
    order: (candidates) => orderBy(geometry, pick(entity, candidates)),
    dispose: () => tf.dispose([entity, relation, ...Object.values(weights)]),
  };
}
