/** Shelves of a few nodes each, and jobs that publish one number for all nodes of a shelf, so that a mixture shows. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connect, type Graph } from '../../../src/graph/connect.js';
import { packageFolder, withNames } from '../../../src/graph/cypher.js';
import type { PublishInput } from '../../../src/graph/publish.js';
import { rows } from '../../../src/graph/rows.js';
import { entityKey } from '../../../src/kg/keys.js';
import { idOf, type StudentJob } from '../../../src/operate/queue/jobs.js';
import { connectionOf, parseConfig } from '../../../src/settings.js';

const NODES = 12;

/** The time that a query under way has before the next publication. */
export const GRACE_SECONDS = 1;

export const shelf = (i: number): string => `shelf${i}`;
const labelOf = (target: string): string => `Fault${target}`;
const nodesOf = (target: string) => [{ label: labelOf(target), key: 'id' }];

export const openGraph = (): Promise<Graph> => connect(connectionOf({}, 'write'));

/** The rows of a query of this folder. */
export async function ask<T>(
  graph: Graph,
  name: string,
  parameters: Record<string, unknown> = {},
  target = '',
): Promise<T[]> {
  const text = readFileSync(path.join(packageFolder('bench/faults/queue/cypher'), `${name}.cypher`), 'utf8');
  return graph.write(async (tx) =>
    rows<T>(await tx.run(withNames(text, { LABEL: labelOf(target) }), parameters)),
  );
}

export async function fill(graph: Graph, shelves: number): Promise<void> {
  for (let i = 0; i < shelves; i++) await ask(graph, 'nodes', { count: BigInt(NODES) }, shelf(i));
}

export async function empty(graph: Graph, shelves: number): Promise<void> {
  for (let i = 0; i < shelves; i++) await ask(graph, 'remove', {}, shelf(i));
}

/** The job that publishes a number. */
export function jobOf(number: number, shelves: number): StudentJob {
  const target = shelf(number % shelves);
  const { sources, alignments, heldOut } = parseConfig(
    { sources: { [target]: { nodes: nodesOf(target) } } },
    'fault test',
  );
  const config = { sources, alignments, heldOut };
  return { kind: 'student', target, teacher: null, config, databases: {}, dataDigest: String(number) };
}

export const numberOf = (job: StudentJob): number => Number(job.dataDigest);

/** What the job publishes. */
export function modelOf(job: StudentJob): PublishInput {
  const label = labelOf(job.target);
  const keys = Array.from({ length: NODES }, (_, i) => entityKey(label, [i + 1])).sort();
  const vector = [numberOf(job), 1, 1, 1];
  return {
    source: { name: job.target, nodes: nodesOf(job.target) },
    model: { id: idOf(job), kind: 'student', encoder: 'complex', dim: vector.length, geometry: 'dot' },
    entities: { keys },
    vectors: Float32Array.from(keys.flatMap(() => vector)),
    relations: {
      names: ['R'],
      vectors: Float32Array.from(vector),
      inverseVectors: Float32Array.from(vector),
    },
  };
}
