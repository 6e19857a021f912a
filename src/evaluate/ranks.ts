import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { matMul } from '../model/ops.js';
import { knownAnswers } from './filters.js';
import { rowsAtOnce } from './rowsAtOnce.js';
import type { PathQueries, Ranked, RankingQueries } from './types.js';

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
  return rankTable(scorer.table, queries, chunk, (rows) =>
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
  return rankTable(scorer.table, queries, chunk, (rows) =>
    scorer.query(
      pick(queries.entity, rows),
      queries.relation.map((hop) => pick(hop, rows)),
    ),
  );
}

function rankTable(
  all: Tensor2D,
  queries: Ranked,
  chunk: number,
  queryOf: (rows: readonly number[]) => Tensor2D,
): Float64Array {
  return rankBy(queries, all.shape[0], chunk, (members) => {
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
  const ranks = new Float64Array(queries.answer.length);
  const sets = queries.candidates?.members ?? [null];
  for (const [set, members] of sets.entries()) {
    const mine: number[] = [];
    for (let i = 0; i < ranks.length; i++) if (!members || queries.candidates?.set[i] === set) mine.push(i);
    if (mine.length === 0) continue;
    const position = members && positions(members, entities);
    const scorer = scorerOf(members);
    for (let from = 0; from < mine.length; from += chunk)
      tf.tidy(() => {
        const rows = mine.slice(from, from + chunk);
        rankScores(scorer.scores(rows), queries, rows, position, ranks);
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

/** @param scores [rows, candidates] */
function rankScores(
  scores: Tensor2D,
  queries: Ranked,
  rows: readonly number[],
  position: Int32Array | null,
  ranks: Float64Array,
): void {
  const at = (id: number): number => (position ? position[id] : id);
  const [, candidates] = scores.shape;
  const known = rows.map((query) => knownAnswers(queries.filter, query));
  const filteredAt = new Int32Array(known.reduce((sum, { length }) => sum + length, 0));
  const end = new Int32Array(rows.length); // of each row's places
  let n = 0;
  for (const [i, query] of rows.entries()) {
    for (const other of known[i]) {
      const candidate = at(other);
      if (candidate >= 0 && other !== queries.answer[query]) filteredAt[n++] = i * candidates + candidate;
    }
    end[i] = n;
  }
  const answerAt = Int32Array.from(rows, (query, i) => i * candidates + at(queries.answer[query]));
  const flat = tf.reshape(scores, [rows.length * candidates]);
  const answer = tf.gather(flat, tf.tensor1d(answerAt, 'int32')); // [rows]
  const signs = tf.sum(tf.sign(tf.sub(scores, tf.reshape(answer, [rows.length, 1]))), 1).dataSync();
  const filtered = n > 0 ? tf.gather(flat, tf.tensor1d(filteredAt.subarray(0, n), 'int32')).dataSync() : [];
  const answers = answer.dataSync();
  const twice = Float64Array.from(signs, (sign) => candidates + sign + 1);
  for (let i = 0, j = 0; i < rows.length; i++) {
    for (; j < end[i]; j++) twice[i] -= 1 + Math.sign(filtered[j] - answers[i]);
    ranks[rows[i]] = twice[i] / 2;
  }
}
