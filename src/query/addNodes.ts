import type { NodeConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { Graph } from '../graph/connect.js';
import { cypher } from '../graph/cypher.js';
import { type Lease, type LeaseOptions, withLease } from '../graph/lease.js';
import { leaseOf } from '../graph/publish.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import { type NewNode, newNodes } from './newNodes.js';
import { placeNodes } from './placeNodes.js';
import { type Published, readPublished } from './published.js';
import { tripleQuery } from './tripleQueries.js';

export interface AddInput {
  readonly source: { readonly name: string; readonly nodes: readonly NodeConfig[] };
  /** Label of the keys, the first of the source where absent; without keys only this label's nodes are looked at. */
  readonly label?: string;
  /** Keys of the nodes; all that have no vector where absent. */
  readonly keys?: readonly { readonly key: readonly KeyValue[]; readonly otherKey?: readonly KeyValue[] }[];
  /** Nodes at most, 1,000 where absent: more are worth a training. */
  readonly most?: number;
}

export interface AddOptions extends LeaseOptions {
  /** Computes the vectors and writes nothing. */
  readonly dryRun?: boolean;
}

export interface AddedNode {
  readonly label: string;
  readonly key: readonly KeyValue[];
  /** Facts that its vector was made from. */
  readonly facts: number;
}

export interface AddResult {
  readonly source: string;
  readonly model: string;
  readonly added: readonly AddedNode[];
  /** New nodes without a fact that leads to a node with a vector: they stay without one. */
  readonly unplaced: readonly Omit<AddedNode, 'facts'>[];
  /** Nodes that were named and have a vector already. */
  readonly already: number;
  /** Of the added ones, how many the index finds by their own vectors; 0 in a dry run. */
  readonly indexed: number;
  readonly seconds: number;
}

/**
 * Gives new nodes vectors beside the published ones, without training: in closed form from their facts, all other vectors
 * as they are. New nodes that only other new nodes lead to come after these. All are written in one transaction, or none;
 * readers find them at once.
 *
 * @throws KgmentorError NO_DATA where nothing is published or no node is new; USAGE for a model of a path encoder, more
 *   nodes than `most` or an unknown label; GATE where another publisher is at work or the nodes changed meanwhile
 * @example
 * await addNodes(graph, { source: { name: 'films', nodes: config.sources.films.nodes }, keys: [{ key: ['f9'] }] });
 */
export async function addNodes(graph: Graph, input: AddInput, options: AddOptions = {}): Promise<AddResult> {
  const start = Date.now();
  const source = input.source.name;
  const prepare = () => graph.read((tx) => prepared(tx, input));
  const told = (made: Prepared, indexed: number): AddResult => ({
    source,
    model: made.published[0].model,
    added: made.placed.map(({ label, key, facts }) => ({ label, key, facts })),
    unplaced: made.unplaced.map(({ label, key }) => ({ label, key })),
    already: made.already,
    indexed,
    seconds: (Date.now() - start) / 1000,
  });
  if (options.dryRun) return told(await prepare(), 0);
  return withLease(graph, leaseOf(source), options, async (lease) => {
    const made = await prepare();
    if (made.placed.length > 0) await write(lease, source, made);
    return told(made, await found(graph, made));
  });
}

interface Prepared {
  readonly published: readonly Published[];
  readonly placed: readonly (NewNode & { readonly facts: number; readonly vector: readonly number[] })[];
  readonly unplaced: readonly NewNode[];
  readonly already: number;
}

async function prepared(tx: Transaction, input: AddInput): Promise<Prepared> {
  const published = await readPublished(tx, input.source.name);
  const [{ model, encoder, slot }] = published;
  if (!tripleQuery(encoder))
    throw new KgmentorError(
      'USAGE',
      `The published model ${model} is of ${encoder}: vectors without training are made for triple encoders.`,
      { next: `Train: \`kgmentor retrain ${input.source.name} --incremental\`.` },
    );
  if (published.some((one) => one.model !== model || one.slot !== slot))
    throw new KgmentorError('UNEXPECTED', `${input.source.name} is published from two models.`, {
      next: 'Publish the source again.',
    });
  const { nodes, already } = await newNodes(tx, published, input);
  return { published, already, ...(await placeNodes(tx, published, nodes)) };
}

/** One transaction: every vector, or none. */
async function write(lease: Lease, source: string, { published, placed }: Prepared): Promise<void> {
  const [{ model, slot }] = published;
  await lease.write(async (tx) => {
    const written = await ask<{ labels: string[] }>(tx, cypher('write-added'), {
      ids: placed.map(({ id }) => id),
      classes: placed.map(({ label }) => label),
      vectors: placed.map(({ vector }) => vector),
      slot,
    });
    if (written.length !== placed.length)
      throw changed(`${written.length} of ${placed.length} nodes are new`);
    for (const { label } of published) {
      const added = BigInt(written.filter(({ labels }) => labels.includes(label)).length);
      const counted = await ask(tx, cypher('write-added-count'), { source, label, model, slot, added });
      if (counted.length !== 1) throw changed(`${label} is published from another model`);
    }
  });
}

const changed = (what: string): KgmentorError =>
  new KgmentorError('GATE', `The graph changed meanwhile: ${what}. Nothing was written.`, {
    next: 'Run the command again.',
  });

/** How many of the added nodes their index finds. */
async function found(graph: Graph, { published, placed }: Prepared): Promise<number> {
  let sum = 0;
  for (const { label, index, slot } of published) {
    const ids = placed.filter((node) => node.label === label).map(({ id }) => id);
    if (ids.length === 0) continue;
    const [row] = await graph.read((tx) =>
      ask<{ found: number }>(tx, cypher('query-found-by-vector'), { ids, index, slot }),
    );
    sum += Number(row.found);
  }
  return sum;
}
