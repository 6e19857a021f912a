import { KgmentorError } from '../errors.js';
import type { Graph } from '../graph/connect.js';
import { cypher } from '../graph/cypher.js';
import { ask } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import { answerLabel } from './answerLabel.js';
import { type AnswerRow, answerOf, answersWanted } from './answers.js';
import { findNode, findRelation, type Published, publishedLabel, readPublished } from './published.js';

export interface PredictInput {
  readonly source: string;
  readonly label: string;
  /** Values of the label's key properties, or its element id. */
  readonly key: readonly KeyValue[];
  /** Relation of the model, or a relationship type that stands for one. */
  readonly relation: string;
  /** `tail` asks (node, relation, ?), `head` asks (?, relation, node); `tail` where absent. */
  readonly direction?: 'tail' | 'head';
  /** Label of the answers; where absent, the one that the relation's facts have most often. */
  readonly candidateLabel?: string;
  /** Relations of the source to values of properties, about which no question can be asked. */
  readonly valueRelations?: readonly string[];
  /** How many, 10 where absent. */
  readonly k?: number;
  /** Property shown to people, the published one where absent. */
  readonly nameProperty?: string;
}

export interface PredictedFact {
  /** Key of the node at the other end. */
  readonly key: readonly KeyValue[];
  readonly name: string | null;
  /** The model's score; comparable among the answers of one question. */
  readonly score: number;
}

/**
 * The facts that a node most likely misses: the best-scored candidates, without itself and what the graph knows.
 *
 * @throws KgmentorError NO_DATA where nothing is published, no node has the key, or the node has no vector; USAGE for
 *   an unknown relation or label, or a model that is not ComplEx
 * @example
 * await predict(graph, { source: 'movies', label: 'Person', key: [7], relation: 'ACTED_IN', candidateLabel: 'Movie' });
 * // [{ key: ['The Matrix Reloaded', 2003], name: 'The Matrix Reloaded', score: 8.1 }, …]
 */
export async function predict(graph: Graph, input: PredictInput): Promise<PredictedFact[]> {
  const k = answersWanted(input.k);
  const inverse = input.direction === 'head';
  return graph.read(async (tx) => {
    const published = await readPublished(tx, input.source);
    const subject = publishedLabel(published, input.source, input.label);
    const relation = await findRelation(tx, subject, input.relation, inverse, input.valueRelations);
    const { types, vector } = relation;
    const label = input.candidateLabel ?? (await answerLabel(tx, published, input.label, relation, inverse));
    const candidates = publishedLabel(published, input.source, label);
    refuseOthers(subject, candidates);
    const node = await findNode(tx, subject, input.key);
    const [known] = await ask<{ count: number }>(tx, cypher('query-known'), { id: node.id, types, inverse });
    const found = await ask<AnswerRow>(tx, cypher('query-predict'), {
      id: node.id,
      index: candidates.index,
      slot: candidates.slot,
      query: complexQuery(node.vector, vector),
      wide: BigInt(Math.min(wide(k, candidates) + known.count + 1, Math.max(candidates.count, 1))),
      k: BigInt(k),
      types,
      inverse,
      unit: candidates.geometry === 'unit',
      properties: candidates.keyProperties,
      name: input.nameProperty ?? candidates.nameProperty,
    });
    return found.map(answerOf);
  });
}

/**
 * The query of (entity, relation, ?) under ComplEx, h ∘ r over complex numbers written as [re | im].
 *
 * @param entity, relation [dim]
 */
export function complexQuery(entity: readonly number[], relation: readonly number[]): number[] {
  const half = entity.length / 2;
  return entity.map((_, i) =>
    i < half
      ? entity[i] * relation[i] - entity[i + half] * relation[i + half]
      : entity[i - half] * relation[i] + entity[i] * relation[i - half],
  );
}

/**
 * How many candidates the index is asked for, known facts apart. Its order is the cosine: under `unit` the model's own
 * order, under `dot` only near to it, for long vectors score higher than their direction tells.
 */
function wide(k: number, { geometry }: Published): number {
  return geometry === 'unit' ? 5 * k : Math.min(Math.max(20 * k, 200), 1000);
}

function refuseOthers(subject: Published, candidates: Published): void {
  if (subject.encoder !== 'complex' || subject.geometry === 'l2')
    throw new KgmentorError(
      'USAGE',
      `The published model is of ${subject.encoder} with geometry ${subject.geometry}; predictions need complex with dot or unit.`,
      { next: 'Publish a ComplEx student, or ask for similar nodes.' },
    );
  if (subject.model !== candidates.model)
    throw new KgmentorError(
      'UNEXPECTED',
      `${subject.label} and ${candidates.label} are published from two models.`,
      {
        next: 'Publish the source again.',
      },
    );
}
