import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTensors, type StoredTensor, writeTensors } from '../model/safetensors.js';
import { writeJson } from './job.js';

/** Where the vectors of one side lie. */
export interface VectorTable {
  /** A safetensors file. */
  readonly file: string;
  /** Its tensor [rows, width]. */
  readonly tensor: string;
  /** Tensor [width, other width] that takes the vectors into the other side's space. */
  readonly projection?: string;
}

/** Two sources to align, by rows of the tables. */
export interface AlignmentPair {
  /** Rows of the entities that may be asked or answered. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Positions in `left` and `right` that belong together: ranked where there are any. */
  readonly asked: { readonly left: Int32Array; readonly right: Int32Array };
}

/** What the process that holds TensorFlow is to do: rank known pairs, or propose mutual nearest neighbours. */
export interface AlignmentJob {
  readonly left: VectorTable;
  readonly right: VectorTable;
  readonly task: 'rank' | 'propose';
  readonly pairs: readonly AlignmentPair[];
}

const JOB = 'alignment.json';
const COLUMNS = 'alignment.safetensors';
const RESULT = 'aligned.safetensors';

const column = (data: Int32Array | Float32Array): StoredTensor => ({ shape: [data.length], data });

export function writeAlignmentJob(folder: string, job: AlignmentJob): void {
  const { pairs, ...rest } = job;
  writeJson(join(folder, JOB), { ...rest, pairs: pairs.length });
  const columns = pairs.map(({ left, right, asked }, i) => ({
    [`${i}/left`]: column(left),
    [`${i}/right`]: column(right),
    [`${i}/asked.left`]: column(asked.left),
    [`${i}/asked.right`]: column(asked.right),
  }));
  writeTensors(join(folder, COLUMNS), Object.assign({}, ...columns));
}

export function readAlignmentJob(folder: string): AlignmentJob {
  const { pairs, ...rest } = JSON.parse(readFileSync(join(folder, JOB), 'utf8')) as Omit<
    AlignmentJob,
    'pairs'
  > & { pairs: number };
  const { tensors } = readTensors(join(folder, COLUMNS));
  const get = (name: string) => tensors[name].data as Int32Array;
  return {
    ...rest,
    pairs: Array.from({ length: pairs }, (_, i) => ({
      left: get(`${i}/left`),
      right: get(`${i}/right`),
      asked: { left: get(`${i}/asked.left`), right: get(`${i}/asked.right`) },
    })),
  };
}

/** Columns of a pair's result by name: ranks, or proposals. */
export type AlignmentColumns = Readonly<Record<string, Int32Array | Float32Array>>;

export function writeAlignmentResult(folder: string, results: readonly AlignmentColumns[]): void {
  const columns = results.flatMap((result, i) =>
    Object.entries(result).map(([name, data]) => [`${i}/${name}`, column(data)] as const),
  );
  writeTensors(join(folder, RESULT), Object.fromEntries(columns));
}

/** For each pair of the job the named columns of its result. */
export function readAlignmentResult(folder: string, pairs: number): AlignmentColumns[] {
  const { tensors } = readTensors(join(folder, RESULT));
  return Array.from({ length: pairs }, (_, i) =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, { data }]) =>
        name.startsWith(`${i}/`) ? [[name.slice(`${i}/`.length), data as Int32Array | Float32Array]] : [],
      ),
    ),
  );
}
