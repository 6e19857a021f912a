import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import fc from 'fast-check';
import { rank, rankFiltered } from '../../src/evaluate/ranks.js';
import type { RankingQueries } from '../../src/evaluate/types.js';
import { tf } from '../../src/model/backend.js';

const ENTITIES = 12;

/** The definition: compare the answer with each candidate, one by one. */
function plainRank(
  scores: readonly number[],
  answer: number,
  filtered: Set<number>,
  candidates: readonly number[],
): number {
  let greater = 0;
  let equal = 0;
  for (const c of candidates) {
    if (c === answer || filtered.has(c)) continue;
    if (scores[c] > scores[answer]) greater++;
    else if (scores[c] === scores[answer]) equal++;
  }
  return 1 + greater + equal / 2;
}

const query = fc.record({
  scores: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: ENTITIES, maxLength: ENTITIES }), // many ties
  answer: fc.nat(ENTITIES - 1),
  filtered: fc.uniqueArray(fc.nat(ENTITIES - 1)),
  set: fc.nat(1),
});

for (const byLabel of [false, true])
  test(`ranks equal a comparison one by one, ties at their mean${byLabel ? ', candidates by label' : ''}`, () => {
    fc.assert(
      fc.property(
        fc.array(query, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 4 }),
        (rows, chunk) => {
          const members = [
            Int32Array.from({ length: ENTITIES }, (_, i) => i).filter((i) => i % 3 !== 0),
            Int32Array.from({ length: ENTITIES }, (_, i) => i).filter((i) => i % 2 === 0),
          ];
          const inSet = (q: (typeof rows)[number]) => !byLabel || members[q.set].includes(q.answer);
          const kept = rows.filter(inSet);
          fc.pre(kept.length > 0);
          // Lists in another order than the queries, and answers among their own.
          const lists = kept.map((q) => q.filtered).reverse();
          const offset = Int32Array.from([0, ...lists.map((o) => o.length)]);
          for (let i = 1; i < offset.length; i++) offset[i] += offset[i - 1];
          const queries: RankingQueries = {
            entity: Int32Array.from(kept.keys()),
            relation: new Int32Array(kept.length),
            answer: Int32Array.from(kept, (q) => q.answer),
            filter: {
              offset,
              entity: Int32Array.from(lists.flat()),
              list: Int32Array.from(kept.keys()).reverse(),
            },
            ...(byLabel && { candidates: { set: Int32Array.from(kept, (q) => q.set), members } }),
          };
          const nothing = { offset: new Int32Array(kept.length + 1), entity: new Int32Array(0) };
          let found: Float64Array = new Float64Array(0);
          let both: Float64Array[] = [];
          tf.tidy(() => {
            // the query vector picks the row of scores out of a table whose columns are queries
            const table = tf.tensor2d(
              Array.from({ length: ENTITIES }, (_, c) => kept.map((q) => q.scores[c])),
            ) as Tensor2D;
            const scorer = {
              table,
              query: (entity: Int32Array) => tf.gather(tf.eye(kept.length), entity) as Tensor2D,
            };
            found = rank(scorer, queries, chunk);
            both = rankFiltered(scorer, queries, [nothing, queries.filter], chunk);
          });
          assert.deepEqual(both[1], found);
          const everyone = Array.from({ length: ENTITIES }, (_, i) => i);
          for (const [i, q] of kept.entries()) {
            const candidates = byLabel ? [...members[q.set]] : everyone;
            const filtered = new Set(q.filtered.filter((c) => c !== q.answer));
            assert.equal(found[i], plainRank(q.scores, q.answer, filtered, candidates));
            assert.equal(both[0][i], plainRank(q.scores, q.answer, new Set(), candidates), 'unfiltered');
          }
        },
      ),
    );
  });
