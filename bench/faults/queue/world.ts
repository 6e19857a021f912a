/**
 * Shelves of a few nodes each. Most jobs publish one number for all nodes of a shelf, so that a mixture shows; one in
 * ten, of shelves of their own, trains what it publishes.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../../src/config.js';
import { connect, type Graph } from '../../../src/graph/connect.js';
import { packageFolder, withNames } from '../../../src/graph/cypher.js';
import type { PublishInput } from '../../../src/graph/publish.js';
import { rows } from '../../../src/graph/rows.js';
import { entityKey } from '../../../src/kg/keys.js';
import { idOf, type StudentJob, studentConfig } from '../../../src/operate/queue/jobs.js';
import { publishInputOf } from '../../../src/publishRun.js';
import { connectionOf, parseConfig } from '../../../src/settings.js';

const NODES = 12;
const EACH_TRAINS = 10;

/** The time that a query under way has before the next publication. */
export const GRACE_SECONDS = 1;

/** Whether the job of a number trains a student as the product does, in a process of its own. */
export const isTrained = (number: number): boolean => number % EACH_TRAINS === 0;

const shelfOf = (number: number, shelves: number): string =>
  isTrained(number) ? `trained${(number / EACH_TRAINS) % shelves}` : `shelf${number % shelves}`;
const allShelves = (shelves: number): string[] =>
  Array.from({ length: shelves }, (_, i) => [`trained${i}`, `shelf${i}`]).flat();
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
  for (const shelf of allShelves(shelves)) await ask(graph, 'nodes', { count: BigInt(NODES) }, shelf);
}

export async function empty(graph: Graph, shelves: number): Promise<void> {
  for (const shelf of allShelves(shelves)) await ask(graph, 'remove', {}, shelf);
}

/** The job of a number. */
export function jobOf(number: number, shelves: number): StudentJob {
  const target = shelfOf(number, shelves);
  const config = parseConfig(
    {
      sources: { [target]: { nodes: nodesOf(target) } },
      heldOut: { valid: 0.1, test: 0.1 },
      student: { encoder: 'complex', dim: 4, epochs: 2, batch: 16, seed: number },
      gate: { tolerance: 1 },
    },
    'fault test',
  );
  return {
    ...{ kind: 'student', target, teacher: null, databases: {}, dataDigest: String(number) },
    config: studentConfig(config, '.'),
  };
}

export const numberOf = (job: StudentJob): number => Number(job.dataDigest);

/** What a job publishes that does not train. */
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

/** The first number of each vector of the job's model, each once, in order. */
export function numbersOf(job: StudentJob, runs: string): number[] {
  if (!isTrained(numberOf(job))) return [numberOf(job)];
  const folder = path.join(runs, idOf(job));
  const { vectors, model } = publishInputOf(folder, job.config as Config, job.target);
  return sortedOnce(Array.from({ length: NODES }, (_, i) => vectors[i * model.dim]));
}

export const sortedOnce = (numbers: readonly number[]): number[] =>
  [...new Set(numbers)].sort((a, b) => a - b);
