import { crc32 } from 'node:zlib';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { rows } from './rows.js';

/** The two places a node has for vectors: readers use one while the other is written. */
export type Slot = 'kgEmbeddingA' | 'kgEmbeddingB';

export const SLOTS: readonly Slot[] = ['kgEmbeddingA', 'kgEmbeddingB'];

/** What readers of one source and label are pointed at. */
export interface Publication {
  readonly source: string;
  readonly label: string;
  readonly model: string;
  readonly property: Slot;
  readonly index: string;
  readonly count: number;
  readonly previousModel: string | null;
  readonly previousIndex: string | null;
  /** Seconds since readers were pointed here. */
  readonly age: number;
}

export interface VectorIndex {
  readonly name: string;
  readonly label: string;
  readonly property: Slot;
  readonly state: string;
  readonly percent: number;
  readonly dimension: number;
  readonly similarity: string;
  readonly failure: string | null;
}

/** All publications, of all sources. */
export async function readPublications(graph: Graph): Promise<Publication[]> {
  const found = await graph.read(async (tx) => rows<Publication>(await tx.run(cypher('write-publications'))));
  return found.map((p) => ({ ...p, count: Number(p.count), age: Number(p.age) }));
}

/** All vector indexes of ours, of all sources. */
export async function readIndexes(graph: Graph): Promise<VectorIndex[]> {
  const found = await graph.read(async (tx) => rows<VectorIndex>(await tx.run(cypher('write-indexes'))));
  return found.map((i) => ({ ...i, percent: Number(i.percent), dimension: Number(i.dimension) }));
}

/** The slot that readers do not use; A for a source that was never published. */
export function idleSlot(publications: readonly Publication[]): Slot {
  return publications[0]?.property === 'kgEmbeddingA' ? 'kgEmbeddingB' : 'kgEmbeddingA';
}

/**
 * A name that no other publication has: the lease's token is part of it, so that what a revived publisher creates
 * or drops late is never an index that readers use.
 */
export function indexName(slot: Slot, source: string, label: string, token: bigint): string {
  return [slot, plain(source), plain(label), token].join('__');
}

/** A name of letters, digits and single underscores; others are shortened to them and told apart by a checksum. */
function plain(name: string): string {
  if (name.length <= 40 && /^[A-Za-z0-9]+(_[A-Za-z0-9]+)*$/.test(name)) return name;
  return `${name.replace(/[^A-Za-z0-9]/g, '').slice(0, 40)}${crc32(name).toString(16).padStart(8, '0')}`;
}
