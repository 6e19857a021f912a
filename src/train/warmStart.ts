import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StudentSettings, TeacherSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import { gaussians, seededRandom } from '../kg/random.js';
import { readTensors, type StoredTensor, writeTensors } from '../model/safetensors.js';
import { type ModelEntities, readModelEntities } from './folder.js';
import { files, type Job } from './job.js';

type Settings = TeacherSettings | StudentSettings;

/** What a warm start must know of the model to come. */
export interface ShapeFacts
  extends Pick<Settings, 'encoder' | 'geometry' | 'dim' | 'layers' | 'heads' | 'optimiser' | 'seed'> {
  readonly rows: number;
  readonly relations: number;
}

export const shapeFacts = ({ settings, rows, relations }: Job): ShapeFacts => {
  const { encoder, geometry, dim, layers, heads, optimiser, seed } = settings;
  return { encoder, geometry, dim, layers, heads, optimiser, seed, rows, relations };
};

/**
 * Gives rows that the earlier model lacks a better place than a random one.
 *
 * @param table the starting vectors, changed in place @param earlier row → earlier row, or -1
 * @returns the rows that were placed
 */
export type Place = (table: StoredTensor, earlier: Int32Array) => readonly number[];

/** Standard deviation of vectors that begin at random: small, so that N3 and the softmax begin in their linear range. */
export const DEVIATION = 0.1;
/** Adagrad's state where there is none to go on with: without any, first steps would be as long as the rate. */
const USUAL_ACCUMULATOR = 0.1;

/**
 * Starting values of a model from an earlier one of the same size: entities meet by key, relations by name; a row of
 * several entities takes the value of the one that the earlier model knew best. Rows without a counterpart begin at
 * random, or where `place` puts them. The optimiser's state comes along where the earlier run's checkpoint is there.
 *
 * @param folder the new run's, `from` the earlier one's
 * @returns row → earlier row, or -1
 * @throws KgmentorError USAGE where the earlier model is of another encoder or size; BAD_DATA where the folder holds none
 */
export function writeStart(
  folder: string,
  from: string,
  entities: ModelEntities,
  shape: ShapeFacts,
  place: Place = () => [],
): Int32Array {
  const earlier = readModelEntities(from);
  const { tensors, metadata } = readTensors(join(from, files.model));
  requireSame(from, metadata, shape);
  const checkpoint = join(from, files.checkpoint);
  const state = existsSync(checkpoint) ? readTensors(checkpoint).tensors : {};
  const rowOf = earlierRows(entities, earlier, shape.rows);
  const relationOf = earlierRelations(entities.relations, earlier.relations);
  const isAdagrad = shape.optimiser === 'adagrad';
  const start: Record<string, StoredTensor> = {};
  for (const [name, rows, stream] of [
    ['entity', rowOf, 101],
    ['relation', relationOf, 102],
  ] as const) {
    const width = tensors[name].shape[1];
    const fill = gaussians(rows.length * width, DEVIATION, seededRandom(shape.seed, stream));
    start[name] = moved(tensors[name], rows, fill);
    if (!isAdagrad) continue;
    const kept = state[`${name}.slot0`];
    const accumulator = new Float32Array(rows.length * width);
    start[`${name}.slot0`] = kept
      ? moved(kept, rows, accumulator)
      : moved({ ...tensors[name], data: tensors[name].data.map(() => USUAL_ACCUMULATOR) }, rows, accumulator);
  }
  const [, width] = start.entity.shape;
  for (const row of place(start.entity, rowOf))
    if (isAdagrad)
      (start['entity.slot0'].data as Float32Array).fill(USUAL_ACCUMULATOR, row * width, (row + 1) * width);
  for (const [name, tensor] of Object.entries(tensors)) if (name.startsWith('weight.')) start[name] = tensor;
  writeTensors(join(folder, files.start), { ...start, earlier: { shape: [rowOf.length], data: rowOf } });
  return rowOf;
}

/** Rows that have a counterpart. */
export const rowsKnown = (earlier: Int32Array): number =>
  earlier.reduce((sum, row) => sum + Number(row >= 0), 0);

function requireSame(from: string, metadata: Readonly<Record<string, string>>, shape: ShapeFacts): void {
  for (const name of ['encoder', 'geometry', 'dim', 'layers', 'heads'] as const) {
    const found = metadata[name];
    if (found !== undefined && found !== String(shape[name]))
      throw new KgmentorError(
        'USAGE',
        `The model in ${from} has ${name} ${found}, and the configuration asks for ${shape[name]}.`,
        { next: 'Ask for the same encoder and size, or begin anew, without --incremental or --from.' },
      );
  }
}

/** New row → earlier row, or -1. */
function earlierRows(entities: ModelEntities, earlier: ModelEntities, rows: number): Int32Array {
  const out = new Int32Array(rows).fill(-1);
  for (const { name, keys, rows: mine } of entities.sources) {
    const known = earlier.sources.find((source) => source.name === name);
    if (!known) continue;
    const rowOf = new Map(known.keys.map((key, i) => [key, known.rows[i]]));
    for (const [i, key] of keys.entries()) {
      const row = rowOf.get(key);
      if (row === undefined) continue;
      const other = out[mine[i]];
      if (other < 0 || earlier.degree[row] > earlier.degree[other]) out[mine[i]] = row;
    }
  }
  return out;
}

/** New relation → earlier one, or -1, reciprocals after them. */
export function earlierRelations(names: readonly string[], earlier: readonly string[]): Int32Array {
  const idOf = new Map(earlier.map((name, id) => [name, id]));
  const forward = names.map((name) => idOf.get(name) ?? -1);
  return Int32Array.from([...forward, ...forward.map((id) => (id < 0 ? -1 : id + earlier.length))]);
}

/** Rows of an earlier table in a new order; `fill` has the values of those that it lacks. */
function moved({ shape: [, width], data }: StoredTensor, rows: Int32Array, fill: Float32Array): StoredTensor {
  for (const [i, row] of rows.entries())
    if (row >= 0) fill.set((data as Float32Array).subarray(row * width, (row + 1) * width), i * width);
  return { shape: [rows.length, width], data: fill };
}
