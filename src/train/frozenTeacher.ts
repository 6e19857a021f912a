import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { tf } from '../model/backend.js';
import { type Geometry, scoring } from '../model/geometry.js';
import { encoderOf } from '../model/model.js';
import { readTensors } from '../model/safetensors.js';
import { files, type TeacherLink } from './job.js';

/** A teacher as distillation sees it: constants aligned with the student's rows and relations. */
export interface FrozenTeacher {
  readonly digest: string;
  /** Student row → teacher row, or -1. */
  readonly row: Int32Array;
  /** Student relation (reciprocals included) → teacher relation, or -1. */
  readonly relation: Int32Array;
  /** Numbers an entity vector. */
  readonly width: number;
  /** Numbers a relation vector. */
  readonly relationWidth: number;
  /** Teacher vectors of student rows [n, width]; zeros where there is no link. */
  entities(rows: Int32Array): Tensor2D;
  /** Teacher vectors of student relations [n, relation width]; zeros where there is no counterpart. */
  relations(rows: Int32Array): Tensor2D;
  /** The teacher's query vectors for student (entity, relation) pairs [n, width]; only meaningful where both are linked. */
  query(entity: Int32Array, relation: Int32Array): Tensor2D;
  /** Scoring rows of linked student rows [n, width]. */
  candidates(rows: Int32Array): Tensor2D;
  dispose(): void;
}

/**
 * Loads a teacher's folder and keeps only the rows that the student is linked to.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no whole model
 */
export function loadTeacher(link: TeacherLink): FrozenTeacher {
  const { tensors, metadata } = readTensors(join(link.folder, files.model));
  const { entity, relation } = tensors;
  if (!entity || !relation)
    throw new KgmentorError(
      'BAD_DATA',
      `${link.folder} holds no teacher: entity and relation tables expected.`,
      {
        next: 'Train one with `kgmentor pretrain`.',
      },
    );
  const width = entity.shape[1];
  const values = entity.data as Float32Array;
  const aligned = new Float32Array(link.row.length * width);
  for (const [i, row] of link.row.entries())
    if (row >= 0) aligned.set(values.subarray(row * width, (row + 1) * width), i * width);
  const relations = relation.data as Float32Array;
  const relationWidth = relation.shape[1];
  const alignedRelations = new Float32Array(link.relation.length * relationWidth);
  for (const [i, row] of link.relation.entries())
    if (row >= 0)
      alignedRelations.set(
        relations.subarray(row * relationWidth, (row + 1) * relationWidth),
        i * relationWidth,
      );
  return frozen(link, {
    encoder: metadata.encoder,
    geometry: metadata.geometry as Geometry,
    entity: tf.tensor2d(aligned, [link.row.length, width]),
    relation: tf.tensor2d(alignedRelations, [link.relation.length, relationWidth]),
    digest: createHash('sha256').update(values).update(relations).digest('hex'),
  });
}

interface Parts {
  encoder: string;
  geometry: Geometry;
  entity: Tensor2D;
  relation: Tensor2D;
  digest: string;
}

function frozen(link: TeacherLink, parts: Parts): FrozenTeacher {
  const encoder = encoderOf(parts.encoder);
  const entities = (rows: Int32Array) => tf.gather(parts.entity, tf.tensor1d(rows, 'int32')) as Tensor2D;
  const relations = (rows: Int32Array) => tf.gather(parts.relation, tf.tensor1d(rows, 'int32')) as Tensor2D;
  return {
    digest: parts.digest,
    row: link.row,
    relation: link.relation,
    width: parts.entity.shape[1],
    relationWidth: parts.relation.shape[1],
    entities,
    relations,
    query: (entity, relation) => encoder.forward(entities(entity), relations(relation)).query,
    candidates: (rows) => scoring(parts.geometry, entities(rows)).table,
    dispose: () => tf.dispose([parts.entity, parts.relation]),
  };
}
