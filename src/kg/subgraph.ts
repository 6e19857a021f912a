import { Growing } from './growing.js';
import { pickTriples, tripleOrder } from './triples.js';
import type { Triples } from './types.js';

/** The linked subgraph on student rows. */
export interface MappedSubgraph {
  readonly own: Triples;
  /** Sorted, without duplicates; of several weights the largest. */
  readonly background: Triples;
  /** How many other sources hold each background triple. */
  readonly votes: Int32Array;
  /** The target's entities and the rows that hop 1 adds. */
  readonly rows: number;
  /** Classes of the rows that hop 1 adds, sorted. */
  readonly extraClass: Int32Array;
}

export interface SubgraphInput {
  readonly target: { readonly name: string; readonly entities: number; readonly train: Triples };
  readonly others: readonly {
    readonly name: string;
    readonly triples: Triples;
    readonly classOf: Int32Array;
    /** [entities] 1 for values, see `valueMask`. */
    readonly values?: Uint8Array;
  }[];
  readonly targetClassOf: Int32Array;
  /** Number of classes. */
  readonly classes: number;
  readonly relations: number;
  /**
   * 0: both ends linked to the target; 1: one end. Of a fact about a value that is the node: over a value that many
   * nodes share, all of these would come in.
   */
  readonly hops: 0 | 1;
}

/**
 * Maps the other sources' triples onto the target's entities through the linked classes.
 *
 * @example
 * const { background, votes } = linkedSubgraph({ target, others, targetClassOf, classes, relations, hops: 0 });
 */
export function linkedSubgraph(input: SubgraphInput): MappedSubgraph {
  const { target, others, targetClassOf, classes, relations, hops } = input;
  const rowOf = new Int32Array(classes).fill(-1);
  for (let entity = 0; entity < target.entities; entity++)
    if (rowOf[targetClassOf[entity]] < 0) rowOf[targetClassOf[entity]] = entity;
  const isAnchor = (id: number) => rowOf[id] >= 0;
  const [heads, relationIds, tails, sources] = [0, 1, 2, 3].map(() => new Growing(Int32Array));
  const weights = new Growing(Float32Array);
  for (const [s, { triples, classOf, values }] of others.entries())
    for (let i = 0; i < triples.head.length; i++) {
      const h = classOf[triples.head[i]];
      const t = classOf[triples.tail[i]];
      const ends = Number(isAnchor(h)) + Number(isAnchor(t));
      if (ends < 2 - hops || (values?.[triples.tail[i]] && !isAnchor(h))) continue;
      heads.push(h);
      relationIds.push(triples.relation[i]);
      tails.push(t);
      sources.push(s);
      weights.push(triples.weight?.[i] ?? 1);
    }
  const [head, relation, tail, source] = [heads, relationIds, tails, sources].map((column) => column.done());
  const extra = new Set<number>();
  for (const ends of [head, tail]) for (const id of ends) if (!isAnchor(id)) extra.add(id);
  const extraClass = Int32Array.from(extra).sort(); // their rows do not depend on the order of the triples
  for (const [i, id] of extraClass.entries()) rowOf[id] = target.entities + i;
  const rows = target.entities + extraClass.length;
  const all = {
    head: head.map((id) => rowOf[id]),
    relation,
    tail: tail.map((id) => rowOf[id]),
    ...(others.some(({ triples }) => triples.weight) && { weight: weights.done() }),
  };
  return {
    own: target.train,
    ...counted(all, source, rows, relations),
    rows,
    extraClass,
  };
}

/**
 * Each triple once with the largest of its weights, and the number of sources that hold it. Within one triple the
 * sources come in order.
 */
function counted(
  all: Triples,
  source: Int32Array,
  rows: number,
  relations: number,
): { background: Triples; votes: Int32Array } {
  const { head, relation, tail, weight } = all;
  const kept: number[] = [];
  const votes: number[] = [];
  let last = -1;
  for (const i of tripleOrder(all, rows, relations)) {
    const same =
      last >= 0 && head[i] === head[last] && relation[i] === relation[last] && tail[i] === tail[last];
    if (same) {
      if (source[i] !== source[last]) votes[votes.length - 1]++;
      if (weight && weight[i] > weight[kept[kept.length - 1]]) kept[kept.length - 1] = i;
    } else {
      kept.push(i);
      votes.push(1);
    }
    last = i;
  }
  return { background: pickTriples(all, kept), votes: Int32Array.from(votes) };
}
