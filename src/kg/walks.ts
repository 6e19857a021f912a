import { KgmentorError } from '../errors.js';
import { type Adjacency, type AdjacencyInput, adjacency, lowerBound } from './csr.js';
import type { Random } from './random.js';

/** A graph made ready for walks. */
export interface WalkGraph extends Adjacency {
  /** Distinct neighbours of row i, sorted: `neighbour[neighbourOffset[i]..neighbourOffset[i+1])`. */
  readonly neighbourOffset: Int32Array;
  readonly neighbour: Int32Array;
}

/** Walks that have just stepped over an edge from `before[i]` to `at[i]`. */
export interface WalkStart {
  readonly before: Int32Array;
  readonly at: Int32Array;
  /** Sources that hold that edge, as bits; where absent, first steps have no cross bias. */
  readonly mask?: Int32Array;
}

export interface WalkBias {
  /** In [0, 1]: weight of a step to a node two steps away from the one before; 1 - depth for going back or staying near. */
  readonly depth: number;
  /** In [0, 1]: weight of a step over an edge that shares no source with the last one; 1 - cross for the others. */
  readonly cross: number;
}

/** `n` walks of `hops` steps, the step first: step s of walk i is at `s * n + i`. */
export interface Walks {
  readonly n: number;
  readonly hops: number;
  readonly relation: Int32Array;
  /** Where the step leads. */
  readonly entity: Int32Array;
  /** Sources of the step's edge, where the graph names any. */
  readonly mask?: Int32Array;
}

/**
 * The graph that walks run on, with edges in both directions.
 *
 * @example
 * const graph = walkGraph({ triples: joint.triples, rows: joint.rows, relations, source: joint.source });
 */
export function walkGraph(input: AdjacencyInput): WalkGraph {
  const graph = adjacency(input);
  const { offset, tail, rows } = graph;
  const neighbourOffset = new Int32Array(rows + 1);
  const neighbour = new Int32Array(tail.length);
  let n = 0;
  for (let row = 0; row < rows; row++) {
    const near = tail.slice(offset[row], offset[row + 1]).sort();
    for (let i = 0; i < near.length; i++) if (i === 0 || near[i] !== near[i - 1]) neighbour[n++] = near[i];
    neighbourOffset[row + 1] = n;
  }
  return { ...graph, neighbourOffset, neighbour: neighbour.slice(0, n) };
}

/** In place of the last edge's sources; the bit of no source. */
export const UNKNOWN = -1;

/** Draws of an edge for a step; then the last one drawn is taken, as where all edges of a row weigh little. */
const TRIES = 64;

/**
 * Goes on with biased random walks (Guo, Sun and Hu, Learning to Exploit Long-term Relational Dependencies in Knowledge
 * Graphs, ICML 2019). A step's weight is the product of its depth and cross weights; 0.5 for both draws edges evenly.
 * Steps are drawn by rejection, so that a hub costs no more than another row; a row without an edge that the biases allow
 * still has a way on.
 *
 * @param graph from `walkGraph`
 * @throws KgmentorError BAD_DATA where a walk stands on a row without edges
 * @example
 * const walks = continueWalks(graph, { before: head, at: tail }, 5, { depth: 0.9, cross: 0.9 }, seededRandom(seed, epoch));
 * walks.entity[2 * walks.n + 7]; // where the third step of walk 7 leads
 */
export function continueWalks(
  graph: WalkGraph,
  start: WalkStart,
  hops: number,
  { depth, cross }: WalkBias,
  random: Random,
): Walks {
  const { offset, relation, tail, source } = graph;
  const n = start.at.length;
  const out = new Int32Array(hops * n);
  const entity = new Int32Array(hops * n);
  const mask = source && new Int32Array(hops * n);
  const isNear = nearness(graph);
  const [least, most] = [Math.min(depth, 1 - depth), Math.max(depth, 1 - depth)];
  const even = Math.max(cross, 1 - cross);
  const highest = most * even;

  /** An edge of `at`, by weight over the highest weight; whether its end is near is looked up only where it decides. */
  const step = (before: number, at: number, last: number): number => {
    const first = offset[at];
    const degree = offset[at + 1] - first;
    let edge = first;
    for (let tries = degree > 1 ? TRIES : 0; tries > 0; tries--) {
      edge = first + Math.floor(random() * degree);
      let sourceWeight = even;
      if (source && last !== UNKNOWN) sourceWeight = source[edge] & last ? 1 - cross : cross;
      const needed = random() * highest;
      if (needed >= sourceWeight * most) continue;
      if (needed < sourceWeight * least) break;
      if (needed < sourceWeight * (isNear(before, tail[edge]) ? 1 - depth : depth)) break;
    }
    return edge;
  };

  for (let i = 0; i < n; i++) {
    let before = start.before[i];
    let at = start.at[i];
    let last = start.mask ? start.mask[i] : UNKNOWN;
    for (let k = i; k < out.length; k += n) {
      if (offset[at] === offset[at + 1])
        throw new KgmentorError('BAD_DATA', `Walk ${i} stands on row ${at}, which has no edge.`, {
          next: 'Begin walks with edges of the graph.',
        });
      const edge = step(before, at, last);
      before = at;
      at = tail[edge];
      out[k] = relation[edge];
      entity[k] = at;
      if (source && mask) {
        last = source[edge];
        mask[k] = last;
      }
    }
  }
  return { n, hops, relation: out, entity, ...(mask && { mask }) };
}

/** Whether two rows are the same or neighbours; asks the row with fewer neighbours. */
function nearness({ neighbourOffset: offset, neighbour }: WalkGraph): (a: number, b: number) => boolean {
  return (a, b) => {
    if (a === b) return true;
    const isFewer = offset[a + 1] - offset[a] < offset[b + 1] - offset[b];
    const [row, other] = isFewer ? [a, b] : [b, a];
    const to = offset[row + 1];
    const at = lowerBound(neighbour, other, offset[row], to);
    return at < to && neighbour[at] === other;
  };
}
