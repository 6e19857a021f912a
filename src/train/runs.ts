import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { readTensors } from '../model/safetensors.js';
import { type RunRecord, readModelEntities, readRecord, statusOf } from './folder.js';
import { files } from './job.js';

export interface FoundRun {
  readonly folder: string;
  readonly record: RunRecord;
}

/** The runs of a folder, oldest first. */
export function listRunFolders(runs: string): FoundRun[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(runs, entry.name, files.record)))
    .map((entry) => path.join(runs, entry.name))
    .map((folder) => ({ folder, record: readRecord(folder) }))
    .sort((a, b) => (a.record.createdAt < b.record.createdAt ? -1 : 1));
}

export interface RunFilter {
  readonly kind: 'teacher' | 'student';
  readonly target?: string;
  readonly finished: boolean;
}

/**
 * A run by its id, or the newest one that the filter lets through.
 *
 * @throws KgmentorError NO_DATA when there is none; USAGE for an unfinished one by its id where finished ones are asked for
 */
export function findRun(runs: string, id: string | undefined, filter: RunFilter): FoundRun {
  const all = listRunFolders(runs);
  const found = id
    ? all.find(({ record, folder }) => record.id === id || path.basename(folder) === id)
    : all.findLast(
        ({ record }) =>
          record.kind === filter.kind &&
          (filter.target === undefined || record.target === filter.target) &&
          (record.status === 'done') === filter.finished,
      );
  if (found && found.record.kind === filter.kind) {
    if (filter.finished) requireFinished(found);
    return found;
  }
  const what = `${filter.finished ? 'finished' : 'unfinished'} ${filter.kind}${filter.target ? ` of ${filter.target}` : ''}`;
  throw new KgmentorError(
    'NO_DATA',
    id
      ? `There is no ${filter.kind} run ${JSON.stringify(id)} in ${runs}.`
      : `There is no ${what} in ${runs}.`,
    {
      next:
        filter.kind === 'teacher'
          ? 'Train one with `kgmentor pretrain`; `kgmentor runs` lists what there is.'
          : `Train one with \`kgmentor retrain ${filter.target ?? '<target>'}\`; \`kgmentor runs\` lists what there is.`,
    },
  );
}

function requireFinished({ record }: FoundRun): void {
  const { id, kind, target } = record;
  const status = statusOf(record);
  if (status === 'done') return;
  const command = kind === 'teacher' ? 'pretrain' : `retrain ${target}`;
  throw new KgmentorError('USAGE', `The ${kind} ${id} is not trained to its end: it is ${status}.`, {
    next:
      status === 'running'
        ? 'Wait for it; `kgmentor runs` lists the others.'
        : `${status === 'failed' ? 'Mend what it failed of and go' : 'Go'} on with it by \`kgmentor ${command} --resume --run ${id}\`, or name another one of \`kgmentor runs\`.`,
  });
}

/** A new folder and id for a run: its name and the time, so that names sort by age. */
export function newRun(runs: string, name: string, now = new Date()): { id: string; folder: string } {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace(/\..*/, '').replace('T', '-');
  const plain = name.replace(/[^\p{L}\p{N}._-]/gu, '_');
  mkdirSync(runs, { recursive: true });
  for (let i = 1; ; i++) {
    const id = `${plain}-${stamp}${i > 1 ? `-${i}` : ''}`;
    const folder = path.join(runs, id);
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    return { id, folder };
  }
}

/** Works in a new run's folder, which does not stay where nothing was written into it. */
export async function withNewRun<T>(
  runs: string,
  name: string,
  work: (run: { id: string; folder: string }) => Promise<T>,
): Promise<T> {
  const run = newRun(runs, name);
  try {
    return await work(run);
  } catch (error) {
    if (readdirSync(run.folder).length === 0) rmdirSync(run.folder);
    throw error;
  }
}

/** A trained model's vectors as plain arrays: what is published. */
export interface ModelVectors {
  readonly encoder: string;
  readonly geometry: 'dot' | 'unit' | 'l2';
  readonly dim: number;
  readonly keys: readonly string[];
  /** [entities, dim], the rows that hop 1 added left out. */
  readonly entity: Float32Array;
  readonly relations: readonly string[];
  /** Numbers a relation vector: RotatE's have half as many as entities. */
  readonly relationDim: number;
  /** [relations, relationDim] */
  readonly relation: Float32Array;
  /** [relations, relationDim] of the reciprocal relations. */
  readonly inverse: Float32Array;
}

/**
 * Reads a student's vectors from its run folder.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no finished model
 */
export function readModelVectors(folder: string): ModelVectors {
  const { sources, relations } = readModelEntities(folder);
  const file = path.join(folder, files.model);
  if (!existsSync(file))
    throw new KgmentorError('BAD_DATA', `${folder} holds no trained model yet.`, {
      next: 'Finish its training first, with --resume.',
    });
  const { tensors, metadata } = readTensors(file);
  const [, dim] = tensors.entity.shape;
  const table = tensors.relation.data as Float32Array;
  const [, width] = tensors.relation.shape;
  const [source] = sources;
  return {
    encoder: metadata.encoder,
    geometry: metadata.geometry as 'dot' | 'unit' | 'l2',
    dim,
    keys: source.keys,
    entity: (tensors.entity.data as Float32Array).slice(0, source.keys.length * dim),
    relations,
    relationDim: width,
    relation: table.slice(0, relations.length * width),
    inverse: table.slice(relations.length * width, 2 * relations.length * width),
  };
}
