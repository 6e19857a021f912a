import type { Graph } from '../../../src/graph/connect.js';
import { newName } from '../../../src/graph/names.js';
import { ask } from './ask.js';

export const ALGORITHMS = { FastRP: 'fastRP', Node2Vec: 'node2vec' } as const;
export type Algorithm = keyof typeof ALGORITHMS;

/**
 * What is projected: the target's own facts; with the nodes linked to it, links kept as relationships; or the facts of
 * all sources with linked nodes merged.
 */
export const GRAPHS = ['alone', 'linked', 'merged'] as const;
export type GraphName = (typeof GRAPHS)[number];

export interface Made {
  readonly algorithm: Algorithm;
  readonly graph: GraphName;
  readonly nodes: number;
  /** Of projecting, computing and writing; of finding the clusters as well where links are used. */
  readonly seconds: number;
  /** Target node's id → its vector. */
  readonly vectors: ReadonlyMap<number, Float32Array>;
}

export interface MakeOptions {
  /** The target's. */
  readonly label: string;
  readonly dim: number;
  readonly seed: number;
  /** The open modules use four at most. */
  readonly threads: number;
}

/** Numbers the linked nodes; returns the seconds it took. */
export async function findClusters(graph: Graph, label: string): Promise<number> {
  const start = performance.now();
  const parameters = { graph: 'links' };
  await ask(graph, 'project-links', { parameters });
  await ask(graph, 'write-clusters', { parameters });
  await ask(graph, 'drop-graph', { parameters });
  await ask(graph, 'index-clusters', { words: { LABEL: newName('label', label) } });
  return (performance.now() - start) / 1000;
}

/** Vectors by one algorithm on one projection, with the algorithm's own defaults, written to the nodes and read back. */
export async function makeVectors(
  graph: Graph,
  algorithm: Algorithm,
  name: GraphName,
  { label, dim, seed, threads }: MakeOptions,
): Promise<Made> {
  const property = `gds_${algorithm}_${name}`;
  const words = { LABEL: newName('label', label), ALGORITHM: ALGORITHMS[algorithm] };
  // The driver sends these as whole numbers.
  const settings = {
    embeddingDimension: BigInt(dim),
    randomSeed: BigInt(seed),
    concurrency: BigInt(Math.min(4, threads)),
  };
  const start = performance.now();
  const [projected] = await ask(graph, `project-${name}`, { words, parameters: { graph: name } });
  if (name === 'merged')
    await ask(graph, 'write-merged-vectors', { words, parameters: { graph: name, settings, property } });
  else
    await ask(graph, 'write-vectors', {
      words,
      parameters: { graph: name, settings: { ...settings, writeProperty: property } },
    });
  const seconds = (performance.now() - start) / 1000;
  await ask(graph, 'drop-graph', { parameters: { graph: name } });
  const rows = await ask(graph, 'read-vectors', { words, parameters: { property } });
  const vectors = rows.map(({ id, vector }) => [Number(id), Float32Array.from(vector as number[])] as const);
  return { algorithm, graph: name, nodes: Number(projected.nodes), seconds, vectors: new Map(vectors) };
}
