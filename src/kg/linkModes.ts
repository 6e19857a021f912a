import { mergeTriples } from './csr.js';
import { jointGraph } from './joint.js';
import { pickLinks } from './links.js';
import { concatTriples, pickTriples } from './triples.js';
import type { Alignments, JointGraph, LinkedClasses, Triples } from './types.js';

/** How links enter joint pre-training. */
export type LinkMode = 'share' | 'swap' | 'relation' | 'soft';

/** Name of the relation that stands for links under the mode `relation`. */
export const LINK_RELATION = 'KG_SAME_AS';

export interface LinkedPairs {
  /** Rows of the joint graph. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Confidences in (0, 1]. */
  readonly weight: Float32Array;
}

export interface TeacherGraph {
  readonly joint: JointGraph;
  readonly relations: readonly string[];
  /** Rows that a loss is to pull together. */
  readonly pairs: LinkedPairs;
}

export interface TeacherGraphInput {
  /** The teacher's sources; `index` is the source's place in the dataset. */
  readonly sources: readonly {
    readonly name: string;
    readonly index: number;
    readonly entities: number;
    readonly triples: Triples;
  }[];
  readonly classes: LinkedClasses;
  readonly alignments: Alignments;
  readonly relations: readonly string[];
  readonly mode: LinkMode;
}

/**
 * The teacher's training graph under a link mode: `share` gives a linked class one row; the others give each entity its
 * own. `swap` copies each triple with every linked entity in place of its own (Sun et al. 2018, BootEA), `relation` adds
 * links as triples of one more relation, `soft` leaves them to a loss. Links under the threshold or against others stay
 * soft in every mode.
 *
 * @example
 * const { joint, pairs } = teacherGraph({ sources, classes, alignments, relations, mode: 'share' });
 */
export function teacherGraph(input: TeacherGraphInput): TeacherGraph {
  const { sources, classes, alignments, relations, mode } = input;
  const from = starts(sources);
  const classOf = sources.map(({ index, entities }, s) =>
    mode === 'share' ? classes.classOf[index] : Int32Array.from({ length: entities }, (_, i) => from[s] + i),
  );
  const joint = jointGraph(sources, classOf, relations.length);
  const softly = pairsOf(joint, sources, classes.soft);
  if (mode === 'share') return { joint, relations, pairs: softly };
  const hard = pairsOf(joint, sources, withinClasses(alignments, classes));
  if (mode === 'soft') return { joint, relations, pairs: joined(hard, softly) };
  if (mode === 'relation') return { ...linksAsTriples(joint, hard, relations), pairs: softly };
  return { joint: swapped(joint, sources, classes), relations, pairs: softly };
}

type Sources = TeacherGraphInput['sources'];

function starts(sources: Sources): number[] {
  const from: number[] = [];
  let n = 0;
  for (const { entities } of sources) {
    from.push(n);
    n += entities;
  }
  return from;
}

/** Links of the teacher's sources as pairs of rows; those of one row with itself are none. */
function pairsOf(joint: JointGraph, sources: Sources, links: Alignments): LinkedPairs {
  const place = new Map(sources.map(({ index }, s) => [index, s]));
  const left: number[] = [];
  const right: number[] = [];
  const weight: number[] = [];
  for (const [i, confidence] of links.confidence.entries()) {
    const [a, b] = [place.get(links.leftSource[i]), place.get(links.rightSource[i])];
    if (a === undefined || b === undefined) continue;
    const rows = [joint.rowOf[a][links.left[i]], joint.rowOf[b][links.right[i]]];
    if (rows[0] === rows[1]) continue;
    left.push(rows[0]);
    right.push(rows[1]);
    weight.push(confidence);
  }
  return { left: Int32Array.from(left), right: Int32Array.from(right), weight: Float32Array.from(weight) };
}

/** The links whose ends are in one class. */
function withinClasses(links: Alignments, { classOf }: LinkedClasses): Alignments {
  const kept = [...links.confidence.keys()].filter(
    (i) => classOf[links.leftSource[i]][links.left[i]] === classOf[links.rightSource[i]][links.right[i]],
  );
  return pickLinks(links, kept);
}

function joined(a: LinkedPairs, b: LinkedPairs): LinkedPairs {
  return {
    left: Int32Array.from([...a.left, ...b.left]),
    right: Int32Array.from([...a.right, ...b.right]),
    weight: Float32Array.from([...a.weight, ...b.weight]),
  };
}

/** Links are held by no source: they are a step into another one from wherever a walk comes. */
function linksAsTriples(joint: JointGraph, { left, right }: LinkedPairs, relations: readonly string[]) {
  const links = { head: left, relation: new Int32Array(left.length).fill(relations.length), tail: right };
  const source = new Int32Array(joint.source.length + left.length);
  source.set(joint.source);
  return {
    joint: {
      ...joint,
      relations: relations.length + 1,
      triples: concatTriples([joint.triples, links]),
      source,
    },
    relations: [...relations, LINK_RELATION],
  };
}

/** Each triple also with every other member of its ends' classes in their place, one end at a time. */
function swapped(joint: JointGraph, sources: Sources, { classOf, count }: LinkedClasses): JointGraph {
  const members: number[][] = Array.from({ length: count }, () => []);
  const classOfRow = new Int32Array(joint.rows);
  for (const [s, { index, entities }] of sources.entries())
    for (let entity = 0; entity < entities; entity++) {
      const row = joint.rowOf[s][entity];
      classOfRow[row] = classOf[index][entity];
      members[classOfRow[row]].push(row);
    }
  const { head, tail } = joint.triples;
  const added: [head: number, tail: number, of: number][] = [];
  for (let i = 0; i < head.length; i++) {
    for (const other of members[classOfRow[head[i]]]) if (other !== head[i]) added.push([other, tail[i], i]);
    for (const other of members[classOfRow[tail[i]]]) if (other !== tail[i]) added.push([head[i], other, i]);
  }
  const of = Int32Array.from(added, (row) => row[2]);
  const copies = {
    ...pickTriples(joint.triples, of),
    head: Int32Array.from(added, (row) => row[0]),
    tail: Int32Array.from(added, (row) => row[1]),
  };
  const all = concatTriples([joint.triples, copies]);
  const source = new Int32Array(all.head.length);
  source.set(joint.source);
  source.set(
    of.map((i) => joint.source[i]),
    joint.source.length,
  );
  return { ...joint, ...mergeTriples(all, source, joint.rows, joint.relations) };
}
