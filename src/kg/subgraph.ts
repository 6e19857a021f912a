import { pickTriples, tripleOrder } from './triples.js';
import type { Triples } from './types.js';

/** The linked subgraph on student rows. */
export interface MappedSubgraph {
  readonly own: Triples;
  /** Sorted, without duplicates. */
  readonly background: Triples;
  /** How many other sources hold each background triple. */
  readonly votes: Int32Array;
  /** The target's entities and the rows that hop 1 adds. */
  readonly rows: number;
  /** Classes of the rows that hop 1 adds. */
  readonly extraClass: Int32Array;
}

export interface SubgraphInput {
  readonly target: { readonly name: string; readonly entities: number; readonly train: Triples };
  readonly others: readonly {
    readonly name: string;
    readonly triples: Triples;
    readonly classOf: Int32Array;
  }[];
  readonly targetClassOf: Int32Array;
  /** Number of classes. */
  readonly classes: number;
  readonly relations: number;
  /** 0: both ends linked to the target; 1: one end. */
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
  const isAnchor = (id: number) => rowOf[id] >= 0 && rowOf[id] < target.entities;
  const extra: number[] = [];
  const head: number[] = [];
  const relation: number[] = [];
  const tail: number[] = [];
  const source: number[] = [];
  const row = (id: number): number => {
    if (rowOf[id] < 0) {
      rowOf[id] = target.entities + extra.length;
      extra.push(id);
    }
    return rowOf[id];
  };
  for (const [s, { triples, classOf }] of others.entries())
    for (let i = 0; i < triples.head.length; i++) {
      const h = classOf[triples.head[i]];
      const t = classOf[triples.tail[i]];
      const ends = Number(isAnchor(h)) + Number(isAnchor(t));
      if (ends < 2 - hops) continue;
      head.push(row(h));
      relation.push(triples.relation[i]);
      tail.push(row(t));
      source.push(s);
    }
  const rows = target.entities + extra.length;
  const all = {
    head: Int32Array.from(head),
    relation: Int32Array.from(relation),
    tail: Int32Array.from(tail),
  };
  return {
    own: target.train,
    ...counted(all, source, rows, relations),
    rows,
    extraClass: Int32Array.from(extra),
  };
}

/** Each triple once, with the number of sources that hold it. Within one triple the sources come in order. */
function counted(
  all: Triples,
  source: readonly number[],
  rows: number,
  relations: number,
): { background: Triples; votes: Int32Array } {
  const { head, relation, tail } = all;
  const kept: number[] = [];
  const votes: number[] = [];
  let last = -1;
  for (const i of tripleOrder(all, rows, relations)) {
    const same =
      last >= 0 && head[i] === head[last] && relation[i] === relation[last] && tail[i] === tail[last];
    if (!same) {
      kept.push(i);
      votes.push(1);
    } else if (source[i] !== source[last]) votes[votes.length - 1]++;
    last = i;
  }
  return { background: pickTriples(all, kept), votes: Int32Array.from(votes) };
}

/** How a teacher's rows are reached from a student's. */
export interface TeacherLinkInput {
  readonly targetClassOf: Int32Array;
  /** Classes of the rows that hop 1 adds. */
  readonly extraClass: Int32Array;
  /** The target's entities. */
  readonly entities: number;
  /** Student rows: the target's entities and those that hop 1 adds. */
  readonly rows: number;
  /** The teacher's sources: entity → class, entity → teacher row. */
  readonly others: readonly {
    readonly classOf: Int32Array;
    readonly rowOf: Int32Array;
    readonly triples: Triples;
  }[];
  readonly teacherRows: number;
}

/**
 * Student row → teacher row, or -1. Where the row's class reaches several teacher rows (the teacher knew fewer links)
 * it is the one with most triple ends in the teacher's sources, the smallest row among equals.
 *
 * @returns [rows]
 * @example
 * const teacherRow = teacherLink({ targetClassOf, extraClass, entities, rows, others, teacherRows: joint.rows });
 */
export function teacherLink(input: TeacherLinkInput): Int32Array {
  const { targetClassOf, extraClass, entities, rows, others, teacherRows } = input;
  const degree = new Int32Array(teacherRows);
  for (const { rowOf, triples } of others)
    for (const ends of [triples.head, triples.tail]) for (const entity of ends) degree[rowOf[entity]]++;
  const best = new Map<number, number>();
  for (const { classOf, rowOf } of others)
    for (const [entity, id] of classOf.entries()) {
      const row = rowOf[entity];
      const known = best.get(id);
      if (
        known === undefined ||
        degree[row] > degree[known] ||
        (degree[row] === degree[known] && row < known)
      )
        best.set(id, row);
    }
  return Int32Array.from(
    { length: rows },
    (_, row) => best.get(row < entities ? targetClassOf[row] : extraClass[row - entities]) ?? -1,
  );
}
