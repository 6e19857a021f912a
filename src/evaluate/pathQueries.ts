import { type Adjacency, adjacency, lowerBound } from '../kg/csr.js';
import { Growing } from '../kg/growing.js';
import { type Random, seededRandom, shuffled } from '../kg/random.js';
import { inverseOf, reacher } from '../kg/reach.js';
import { concatTriples, dedupeTriples } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import { candidatesOf } from './filters.js';
import type { PathQueries } from './types.js';

export interface PathQueryOptions {
  readonly entities: number;
  /** Without reciprocals. */
  readonly relations: number;
  /** Relations a query. */
  readonly hops: number;
  /** `both`: a path may also go from tail to head. */
  readonly directions: 'tails' | 'both';
  /** Queries at most. */
  readonly count: number;
  readonly seed: number;
  /** Entity → candidate class: only entities of the answer's class are ranked. All where absent. */
  readonly label?: Int32Array;
}

/** Paths drawn for each query that is wanted. */
const DRAWS = 20;

/**
 * A sample of path queries whose answer is reached only with the help of a held-out fact. Paths are drawn around the
 * held-out facts in turn, each at any place of the path, so that no hub crowds the sample out. A path never takes a
 * relation and then its inverse: that leads back to where it was in any graph. All other answers that the asked and the
 * known facts give are filtered out.
 *
 * @param asked held-out facts @param known facts that a model may have seen
 * @returns distinct (entity, relations, answer); their order and choice depend on the seed, not on the order of the facts
 * @example
 * pathQueries(split.test, [split.train, split.valid], { entities, relations, hops: 2, directions: 'both', count: 2000, seed: 1 });
 */
export function pathQueries(
  asked: Triples,
  known: readonly Triples[],
  options: PathQueryOptions,
): PathQueries {
  const { entities, relations, hops, count, label } = options;
  const graph = (triples: Triples) => adjacency({ triples, rows: entities, relations });
  const everything = graph(concatTriples([asked, ...known]));
  const reachKnown = reacher(graph(concatTriples(known)));
  const reachAll = reacher(everything);
  const found = new Set<string>();
  const entity: number[] = [];
  const relation: number[][] = Array.from({ length: hops }, () => []);
  const answer: number[] = [];
  const offset = [0];
  // Around nodes with very many facts there are more of them than a plain array holds.
  const filtered = new Growing(Int32Array);
  const draw = pathDrawer(everything, dedupeTriples(asked, entities, relations), options);
  for (let draws = 0; draws < DRAWS * count && answer.length < count; draws++) {
    const path = draw(draws);
    if (!path) continue;
    const key = [path.from, ...path.relation, path.to].join();
    if (found.has(key) || reachKnown(path.from, path.relation).includes(path.to)) continue;
    found.add(key);
    entity.push(path.from);
    for (const [hop, r] of path.relation.entries()) relation[hop].push(r);
    answer.push(path.to);
    for (const other of reachAll(path.from, path.relation)) if (other !== path.to) filtered.push(other);
    offset.push(filtered.length);
  }
  const answers = Int32Array.from(answer);
  return {
    entity: Int32Array.from(entity),
    relation: relation.map((hop) => Int32Array.from(hop)),
    answer: answers,
    filter: { offset: Int32Array.from(offset), entity: filtered.done() },
    ...(label && { candidates: candidatesOf(label, answers) }),
  };
}

interface Path {
  readonly from: number;
  readonly relation: readonly number[];
  readonly to: number;
}

/** Draws a path through held-out fact `turn`, in turns of a shuffled order; undefined where it leads nowhere. */
function pathDrawer(
  graph: Adjacency,
  asked: Triples,
  { hops, directions, seed }: PathQueryOptions,
): (turn: number) => Path | undefined {
  const random = seededRandom(seed, hops);
  const order = shuffled(asked.head.length, seed, hops);
  return (turn) => {
    if (order.length === 0) return undefined;
    const fact = order[turn % order.length];
    let relation = asked.relation[fact];
    let [from, to] = [asked.head[fact], asked.tail[fact]];
    if (directions === 'both' && random() < 0.5) {
      relation = inverseOf(relation, graph.relations);
      [from, to] = [to, from];
    }
    const path = [relation];
    const before = Math.floor(random() * hops);
    for (let i = 0; i < before; i++) {
      // A step to `from` is a step from `from` taken backwards.
      const edge = drawEdge(graph, from, directions === 'both' ? 'both' : 'backwards', random);
      if (edge < 0 || graph.relation[edge] === path[0]) return undefined;
      path.unshift(inverseOf(graph.relation[edge], graph.relations));
      from = graph.tail[edge];
    }
    while (path.length < hops) {
      const edge = drawEdge(graph, to, directions === 'both' ? 'both' : 'forwards', random);
      if (edge < 0 || graph.relation[edge] === inverseOf(path[path.length - 1], graph.relations))
        return undefined;
      path.push(graph.relation[edge]);
      to = graph.tail[edge];
    }
    return { from, relation: path, to };
  };
}

/** An edge of a row, evenly; -1 where it has none of the kind. */
function drawEdge(
  { offset, relation, relations }: Adjacency,
  row: number,
  kind: 'forwards' | 'backwards' | 'both',
  random: Random,
): number {
  const border = lowerBound(relation, relations / 2, offset[row], offset[row + 1]);
  const from = kind === 'backwards' ? border : offset[row];
  const to = kind === 'forwards' ? border : offset[row + 1];
  return from < to ? from + Math.floor(random() * (to - from)) : -1;
}

/**
 * Which answers some facts reach by themselves, as the facts of a target and of its linked sources together do where a
 * path can be copied.
 *
 * @param facts on the target's entities
 * @returns [queries] 1 where reached
 */
export function reachedBy(
  { entity, relation, answer }: PathQueries,
  facts: readonly Triples[],
  entities: number,
  relations: number,
): Uint8Array {
  const reach = reacher(adjacency({ triples: concatTriples(facts), rows: entities, relations }));
  return Uint8Array.from(answer, (to, i) =>
    Number(
      reach(
        entity[i],
        relation.map((hop) => hop[i]),
      ).includes(to),
    ),
  );
}
