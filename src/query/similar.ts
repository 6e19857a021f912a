import type { Graph } from '../graph/connect.js';
import { cypher } from '../graph/cypher.js';
import { ask } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import { type AnswerRow, answerOf, answersWanted } from './answers.js';
import { findNode, publishedLabel, readPublished } from './published.js';

export interface SimilarInput {
  readonly source: string;
  readonly label: string;
  /** Values of the label's key properties, or its element id. */
  readonly key: readonly KeyValue[];
  /** Looked for where no node has `key`. */
  readonly otherKey?: readonly KeyValue[];
  /** How many, 10 where absent. */
  readonly k?: number;
  /** Property shown to people, the published one where absent. */
  readonly nameProperty?: string;
}

export interface SimilarNode {
  readonly key: readonly KeyValue[];
  readonly name: string | null;
  /** In [0, 1]: (1 + cosine) / 2, or 1 / (1 + distance²) for models of geometry l2. */
  readonly score: number;
}

/** The index's search is approximate: it is asked for more, and the exact similarity orders them. */
const WIDER = 5;

/**
 * The nodes of a label that are most similar to a node by the vectors published now, best first.
 *
 * @throws KgmentorError NO_DATA where nothing is published, no node has the key, or the node has no vector; USAGE for
 *   a label that is not published
 * @example
 * await similar(graph, { source: 'movies', label: 'Movie', key: ['The Matrix', 1999], k: 5 });
 * // [{ key: ['The Matrix Reloaded', 2003], name: 'The Matrix Reloaded', score: 0.93 }, …]
 */
export async function similar(graph: Graph, input: SimilarInput): Promise<SimilarNode[]> {
  const k = answersWanted(input.k);
  return graph.read(async (tx) => {
    const published = publishedLabel(await readPublished(tx, input.source), input.source, input.label);
    const { id } = await findNode(tx, published, input.key, input.otherKey);
    const found = await ask<AnswerRow>(tx, cypher('query-similar'), {
      id,
      index: published.index,
      slot: published.slot,
      similarity: published.geometry === 'l2' ? 'euclidean' : 'cosine',
      wide: BigInt(WIDER * k + 1),
      k: BigInt(k),
      properties: published.keyProperties,
      name: input.nameProperty ?? published.nameProperty,
    });
    return found.map(answerOf);
  });
}
