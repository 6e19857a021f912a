import { LONGEST_PATH } from '../encoders.js';
import { KgmentorError } from '../errors.js';
import type { Graph } from '../graph/connect.js';
import { cypher } from '../graph/cypher.js';
import { ask } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import { labelsAlong } from './answerLabel.js';
import { type AnswerRow, answerOf, answersWanted } from './answers.js';
import { beam } from './beam.js';
import {
  type FoundRelation,
  findNode,
  findRelation,
  type Published,
  publishedLabel,
  readPublished,
} from './published.js';
import { knownFacts, reached } from './reached.js';
import { tripleQuery } from './tripleQueries.js';

/**
 * What a path encoder's trained network makes of (entity, r₁, r₂, …, ?), the entities between hidden.
 *
 * @param asked.model id of the published model @param asked.entity [dim] @param asked.relations [hops][width]
 * @returns [dim]
 */
export type QueryVector = (asked: {
  readonly model: string;
  readonly encoder: string;
  readonly entity: readonly number[];
  readonly relations: readonly (readonly number[])[];
}) => Promise<readonly number[]>;

export interface PredictInput {
  readonly source: string;
  readonly label: string;
  /** Values of the label's key properties, or its element id. */
  readonly key: readonly KeyValue[];
  /** Looked for where no node has `key`. */
  readonly otherKey?: readonly KeyValue[];
  /**
   * Relation of the model, or a relationship type that stands for one. Several are a path: (node, r₁, r₂, …, ?) asks
   * what r₂ leads to from what r₁ leads to from the node.
   */
  readonly relation: string | readonly string[];
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
  /** Needed where the published model's encoder is one of paths: `queriesOfRuns` gives it. */
  readonly queryVector?: QueryVector;
}

export interface PredictedFact {
  /** Key of the node at the other end. */
  readonly key: readonly KeyValue[];
  readonly name: string | null;
  /**
   * The model's score; comparable among the answers of one question. For a path asked of a triple encoder the logarithm
   * of the probability.
   */
  readonly score: number;
}

/**
 * The facts that a node most likely misses: the best-scored candidates, without itself and what the graph knows. Of a
 * node with more than 10,000 facts of the relation only the nearest 10,000 candidates and a few are looked at, which may
 * give fewer than `k` answers; a path over such a node leaves out 10,000 of what it leads to.
 *
 * A path encoder answers a path of relations in one query, a triple encoder by a beam over what each relation leads to.
 *
 * @throws KgmentorError NO_DATA where nothing is published, no node has the key, or the node has no vector; USAGE for
 *   an unknown relation or label, no relation or more than eight, or a path encoder's model without `queryVector`
 * @example
 * await predict(graph, { source: 'movies', label: 'Person', key: [7], relation: 'ACTED_IN', candidateLabel: 'Movie' });
 * // [{ key: ['The Matrix Reloaded', 2003], name: 'The Matrix Reloaded', score: 8.1 }, …]
 */
export async function predict(graph: Graph, input: PredictInput): Promise<PredictedFact[]> {
  const { source, label, queryVector } = input;
  const k = answersWanted(input.k);
  const inverse = input.direction === 'head';
  const path = pathOf(input);
  return graph.read(async (tx) => {
    const published = await readPublished(tx, source);
    const subject = publishedLabel(published, source, label);
    const ofTriple = tripleQuery(subject.encoder);
    const relations: FoundRelation[] = [];
    for (const name of path)
      relations.push(await findRelation(tx, subject, name, inverse, input.valueRelations));
    const labels =
      input.candidateLabel !== undefined && !ofTriple
        ? [input.candidateLabel]
        : await labelsAlong(tx, published, label, relations, inverse, input.candidateLabel);
    const answers = labels.map((one) => publishedLabel(published, source, one));
    for (const other of answers) refuseOtherModel(subject, other);
    const candidates = answers[answers.length - 1];
    const node = await findNode(tx, subject, input.key, input.otherKey);
    const isPath = relations.length > 1;
    // What one relation leads to is told apart in the query itself; only its number matters beforehand.
    const leftOut = [node.id, ...(isPath ? await reached(tx, node.id, relations, inverse) : [])];
    const name = input.nameProperty ?? candidates.nameProperty;
    if (ofTriple && isPath) {
      const steps = relations.map(({ vector }, i) => ({ vector, answers: answers[i] }));
      return beam(tx, { node, query: ofTriple, steps, k, leftOut, name });
    }
    const vectors = relations.map(({ vector }) => vector);
    const known = leftOut.length + (isPath ? 0 : await knownFacts(tx, node.id, relations[0], inverse));
    const found = await ask<AnswerRow>(tx, cypher('query-predict'), {
      index: candidates.index,
      slot: candidates.slot,
      query: ofTriple
        ? ofTriple(node.vector, vectors[0])
        : await networkQuery(subject, queryVector, node.vector, vectors),
      wide: BigInt(Math.min(wide(k, candidates) + known, Math.max(candidates.count, 1))),
      k: BigInt(k),
      leftOut,
      id: node.id,
      types: isPath ? [] : relations[0].types,
      inverse,
      geometry: candidates.geometry,
      properties: candidates.keyProperties,
      name,
    });
    return found.map(answerOf);
  });
}

/** The relations from the asked node on. */
function pathOf({ relation, direction }: PredictInput): string[] {
  const path = [relation].flat();
  if (path.length < 1 || path.length > LONGEST_PATH)
    throw new KgmentorError(
      'USAGE',
      `${path.length} relations are asked for, 1 to ${LONGEST_PATH} expected.`,
    );
  return direction === 'head' ? path.reverse() : path;
}

async function networkQuery(
  { model, encoder }: Published,
  queryVector: QueryVector | undefined,
  entity: readonly number[],
  relations: readonly (readonly number[])[],
): Promise<readonly number[]> {
  if (queryVector) return queryVector({ model, encoder, entity, relations });
  throw new KgmentorError(
    'USAGE',
    `The published model ${model} is of ${encoder}: its trained network makes the queries, and nothing was given that asks it.`,
    {
      next: 'Give `queryVector`, such as `queriesOfRuns(config.runs)`, or publish a student of a triple encoder.',
    },
  );
}

/**
 * How many candidates the index is asked for, those to leave out apart. Under `unit` and `l2` its order is the model's
 * own; under `dot` it is only near to it, for long vectors score higher than their direction tells.
 */
function wide(k: number, { geometry }: Published): number {
  return geometry === 'dot' ? Math.min(Math.max(20 * k, 200), 1000) : 5 * k;
}

function refuseOtherModel(subject: Published, candidates: Published): void {
  if (subject.model === candidates.model) return;
  throw new KgmentorError(
    'UNEXPECTED',
    `${subject.label} and ${candidates.label} are published from two models.`,
    { next: 'Publish the source again.' },
  );
}
