/** What the parent and the training process tell each other of path queries, as files. */
import { join } from 'node:path';
import type { PathQueries } from '../../evaluate/types.js';
import { readTensors, writeTensors } from '../../model/safetensors.js';
import { files } from '../job.js';
import { column, packPaths, unpackPaths } from '../packQueries.js';

/** Path queries by their number of relations, and the width of the beam for triple encoders. */
export interface PathQuestions {
  readonly queries: ReadonlyMap<number, PathQueries>;
  readonly beam: number;
}

/** Ranks by number of relations, and whether beam search found them. */
export interface PathAnswers {
  readonly ranks: ReadonlyMap<number, Float32Array>;
  readonly byBeam: boolean;
}

export function writePathQuestions(folder: string, { queries, beam }: PathQuestions): void {
  const packed = [...queries].map(([hops, some]) => packPaths(String(hops), some));
  writeTensors(join(folder, files.asked), Object.assign({}, ...packed), {
    hops: [...queries.keys()].join(),
    beam: String(beam),
  });
}

export function readPathQuestions(folder: string): PathQuestions {
  const { tensors, metadata } = readTensors(join(folder, files.asked));
  const lengths = metadata.hops.split(',').map(Number);
  return {
    queries: new Map(lengths.map((hops) => [hops, unpackPaths(String(hops), tensors)])),
    beam: Number(metadata.beam),
  };
}

export function writePathAnswers(folder: string, { ranks, byBeam }: PathAnswers): void {
  const packed = [...ranks].map(([hops, found]) => [String(hops), column(found)] as const);
  writeTensors(join(folder, files.ranks), Object.fromEntries(packed), { byBeam: String(byBeam) });
}

export function readPathAnswers(folder: string): PathAnswers {
  const { tensors, metadata } = readTensors(join(folder, files.ranks));
  return {
    ranks: new Map(Object.entries(tensors).map(([hops, { data }]) => [Number(hops), data as Float32Array])),
    byBeam: metadata.byBeam === 'true',
  };
}
