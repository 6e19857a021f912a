import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { matMul, standings } from '../model/ops.js';
import { knownRange } from './filters.js';
import { rowsAtOnce } from './rowsAtOnce.js';
import type { Filter, PathQueries, Ranked, RankingQueries } from './types.js';

export interface Scorer {
  /** [entities, width] what queries are multiplied with. */
  readonly table: Tensor2D;
  /** Query vectors [n, width] of (entity, relation) pairs. */
  query(entity: Int32Array, relation: Int32Array): Tensor2D;
}

export interface PathScorer {
  /** [entities, width] what queries are multiplied with. */
  readonly table: Tensor2D;
  /**
   * Query vectors [n, width] of (entity, relations, ?); the entities in between are not given.
   * @param relation [hops][n]
   */
  query(entity: Int32Array, relation: readonly Int32Array[]): Tensor2D;
}

/** Scores the candidates of some queries. */
export interface CandidateScores {
  /** @returns [rows, candidates] scores of the queries at `rows` */
  scores(rows: readonly number[]): Tensor2D;
  dispose?(): void;
}

const pick = (column: Int32Array, rows: readonly number[]): Int32Array =>
  Int32Array.from(rows, (i) => column[i]);

/**
 * Filtered ranks of the answers, ties at their mean rank; see `rankBy`. One product scores a chunk of queries.
 *
 * @returns one rank a query, 1 the best
 */
export function rank(
  scorer: Scorer,
  queries: RankingQueries,
  chunk = rowsAtOnce(scorer.table.shape[0]),
): Float64Array {
  return rankFiltered(scorer, queries, [queries.filter], chunk)[0];
}

/**
 * Ranks of the same queries by several filters, for which candidates are scored once.
 *
 * @returns [filters] one rank a query, 1 the best
 */
export function rankFiltered(
  scorer: Scorer,
  queries: Omit<RankingQueries, 'filter'>,
  filters: readonly Filter[],
  chunk = rowsAtOnce(scorer.table.shape[0]),
): Float64Array[] {
  return rankTable(scorer.table, queries, filters, chunk, (rows) =>
    scorer.query(pick(queries.entity, rows), pick(queries.relation, rows)),
  );
}

/**
 * Filtered ranks of the answers to path queries by an encoder that reads whole paths, ties at their mean rank.
 *
 * @returns one rank a query, 1 the best
 */
export function rankPaths(
  scorer: PathScorer,
  queries: PathQueries,
  chunk = rowsAtOnce(scorer.table.shape[0]),
): Float64Array {
  const queryOf = (rows: readonly number[]) =>
    scorer.query(
      pick(queries.entity, rows),
      queries.relation.map((hop) => pick(hop, rows)),
    );
  return rankTable(scorer.table, queries, [queries.filter], chunk, queryOf)[0];
}

/** What is ranked, whatever is filtered. */
type Unfiltered = Omit<Ranked, 'filter'>;

function rankTable(
  all: Tensor2D,
  queries: Unfiltered,
  filters: readonly Filter[],
  chunk: number,
  queryOf: (rows: readonly number[]) => Tensor2D,
): Float64Array[] {
  return rankByEach(queries, filters, all.shape[0], chunk, (members) => {
    const table = members ? tf.gather(all, tf.tensor1d(members, 'int32')) : all;
    return {
      scores: (rows) => matMul(queryOf(rows), table, false, true),
      ...(members && { dispose: () => table.dispose() }),
    };
  });
}

/**
 * Filtered ranks of the answers by any scores, ties at their mean rank:
 * rank = (N − F + Σ sign(s_c − s_answer) over candidates − the same sum over the F filtered ones + 1) / 2,
 * which needs no copy of the scores to the host and is exact up to 2^24 candidates.
 *
 * @param chunk queries scored at once
 * @param scorerOf for the candidates of a set, in their order; for all entities where there are no sets
 * @returns one rank a query, 1 the best
 */
export function rankBy(
  queries: Ranked,
  entities: number,
  chunk: number,
  scorerOf: (members: Int32Array | null) => CandidateScores,
): Float64Array {
  return rankByEach(queries, [queries.filter], entities, chunk, scorerOf)[0];
}

function rankByEach(
  queries: Unfiltered,
  filters: readonly Filter[],
  entities: number,
  chunk: number,
  scorerOf: (members: Int32Array | null) => CandidateScores,
): Float64Array[] {
  const { length } = queries.answer;
  const ranks = filters.map(() => new Float64Array(length));
  const sets = queries.candidates?.members ?? [null];
  for (const [set, members] of sets.entries()) {
    const mine: number[] = [];
    for (let i = 0; i < length; i++) if (!members || queries.candidates?.set[i] === set) mine.push(i);
    if (mine.length === 0) continue;
    const position = members && positions(members, entities);
    const scorer = scorerOf(members);
    for (let from = 0; from < mine.length; from += chunk)
      tf.tidy(() => {
        const rows = mine.slice(from, from + chunk);
        rankScores(scorer.scores(rows), { ...queries, filters }, rows, position, ranks);
      });
    scorer.dispose?.();
  }
  return ranks;
}

function positions(members: Int32Array, entities: number): Int32Array {
  const at = new Int32Array(entities).fill(-1);
  for (let i = 0; i < members.length; i++) at[members[i]] = i;
  return at;
}

/** @param scores [rows, candidates] @param ranks by filter, filled at `rows` */
function rankScores(
  scores: Tensor2D,
  { answer, filters }: Unfiltered & { readonly filters: readonly Filter[] },
  rows: readonly number[],
  position: Int32Array | null,
  ranks: readonly Float64Array[],
): void {
  const [, candidates] = scores.shape;
  const answerAt = Int32Array.from(rows, (query, i) => {
    const id = answer[query];
    return i * candidates + (position ? position[id] : id);
  });
  const flat = tf.reshape(scores, [rows.length * candidates]);
  const own = tf.gather(flat, tf.tensor1d(answerAt, 'int32')) as Tensor1D; // [rows]
  const signs = standings(scores, own).dataSync();
  const ownScores = own.dataSync();
  for (const [f, filter] of filters.entries()) {
    const { place, end } = filteredOf(filter, answer, rows, position, candidates);
    const filtered = place.length > 0 ? tf.gather(flat, tf.tensor1d(place, 'int32')).dataSync() : [];
    for (let i = 0, j = 0; i < rows.length; i++) {
      let twice = candidates + signs[i] + 1;
      for (; j < end[i]; j++) twice -= 1 + Math.sign(filtered[j] - ownScores[i]);
      ranks[f][rows[i]] = twice / 2;
    }
  }
}

/**
 * Places of the known answers beside the queries' own among the scores [rows · candidates].
 *
 * @param position of each entity among the candidates, negative where it is none; that of its id where null
 * @returns places row by row, and where those of each row end
 */
function filteredOf(
  filter: Filter,
  answer: Int32Array,
  rows: readonly number[],
  position: Int32Array | null,
  candidates: number,
): { place: Int32Array; end: Int32Array } {
  let most = 0;
  for (const query of rows) {
    const [from, to] = knownRange(filter, query);
    most += to - from;
  }
  const place = new Int32Array(most);
  const end = new Int32Array(rows.length);
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    const own = answer[rows[i]];
    const [from, to] = knownRange(filter, rows[i]);
    for (let k = from; k < to; k++) {
      const id = filter.entity[k];
      const at = position ? position[id] : id;
      if (id !== own && at >= 0) place[n++] = i * candidates + at;
    }
    end[i] = n;
  }
  return { place: place.subarray(0, n), end };
}
