import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { matMul } from '../model/ops.js';
import type { RankingQueries } from './types.js';

export interface Scorer {
  /** [entities, width] what queries are multiplied with. */
  readonly table: Tensor2D;
  /** Query vectors [n, width] of (entity, relation) pairs. */
  query(entity: Int32Array, relation: Int32Array): Tensor2D;
}

/**
 * Filtered ranks of the answers, ties at their mean rank. One product scores a chunk of queries; then
 * rank = (N − F + Σ sign(s_c − s_answer) over candidates − the same sum over the F filtered ones + 1) / 2,
 * which needs no copy of the scores to the host and is exact up to 2^24 candidates.
 *
 * @returns one rank a query, 1 the best
 */
export function rank(scorer: Scorer, queries: RankingQueries, chunk = 512): Float64Array {
  const ranks = new Float64Array(queries.entity.length);
  const entities = scorer.table.shape[0];
  const sets = queries.candidates?.members ?? [null];
  for (const [set, members] of sets.entries()) {
    const mine: number[] = [];
    for (let i = 0; i < ranks.length; i++) if (!members || queries.candidates?.set[i] === set) mine.push(i);
    if (mine.length === 0) continue;
    const position = members && positions(members, entities);
    const table = members ? tf.gather(scorer.table, tf.tensor1d(members, 'int32')) : scorer.table;
    for (let from = 0; from < mine.length; from += chunk) {
      tf.tidy(() => rankChunk(scorer, table, queries, mine.slice(from, from + chunk), position, ranks));
    }
    if (members) table.dispose();
  }
  return ranks;
}

function positions(members: Int32Array, entities: number): Int32Array {
  const at = new Int32Array(entities).fill(-1);
  for (let i = 0; i < members.length; i++) at[members[i]] = i;
  return at;
}

function rankChunk(
  scorer: Scorer,
  table: Tensor2D,
  queries: RankingQueries,
  rows: readonly number[],
  position: Int32Array | null | undefined,
  ranks: Float64Array,
): void {
  const at = (id: number): number => (position ? position[id] : id);
  const [candidates] = table.shape;
  const pick = (column: Int32Array) => Int32Array.from(rows, (i) => column[i]);
  const scores = matMul(scorer.query(pick(queries.entity), pick(queries.relation)), table, false, true); // [rows, candidates]
  const filteredRow: number[] = [];
  const filteredAt: number[] = [];
  const answerAt = Int32Array.from(rows, (query, i) => {
    for (let j = queries.filter.offset[query]; j < queries.filter.offset[query + 1]; j++) {
      const candidate = at(queries.filter.entity[j]);
      if (candidate < 0) continue;
      filteredRow.push(i);
      filteredAt.push(i * candidates + candidate);
    }
    return i * candidates + at(queries.answer[query]);
  });
  const flat = tf.reshape(scores, [rows.length * candidates]);
  const answer = tf.gather(flat, tf.tensor1d(answerAt, 'int32')); // [rows]
  const signs = tf.sum(tf.sign(tf.sub(scores, tf.reshape(answer, [rows.length, 1]))), 1).dataSync();
  const filtered =
    filteredAt.length > 0
      ? tf.gather(flat, tf.tensor1d(Int32Array.from(filteredAt), 'int32')).dataSync()
      : [];
  const answers = answer.dataSync();
  const twice = Float64Array.from(signs, (sign) => candidates + sign + 1);
  for (let j = 0; j < filteredRow.length; j++)
    twice[filteredRow[j]] -= 1 + Math.sign(filtered[j] - answers[filteredRow[j]]);
  for (let i = 0; i < rows.length; i++) ranks[rows[i]] = twice[i] / 2;
}
