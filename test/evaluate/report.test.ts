import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copiedFacts } from '../../src/evaluate/copied.js';
import { metricsOf } from '../../src/evaluate/metrics.js';
import { reportOf } from '../../src/evaluate/report.js';
import { columns, someFacts } from '../kg/_facts.js';

const [ENTITIES, RELATIONS] = [5, 3];
const names = ['c', 'a', 'b'];
const someRanks = fc.array(
  fc.integer({ min: 2, max: 40 }).map((twice) => twice / 2),
  { minLength: 1 },
);

test('a fact is copied where the same head, relation and tail stand in the background', () => {
  fc.assert(
    fc.property(someFacts(ENTITIES, RELATIONS), someFacts(ENTITIES, RELATIONS), (asked, background) => {
      assert.deepEqual(
        [...copiedFacts(columns(asked), columns(background), ENTITIES, RELATIONS)],
        asked.map((fact) => Number(background.some((other) => other.every((id, c) => id === fact[c])))),
      );
    }),
  );
});

for (const directions of [1, 2])
  test(`a report splits ${directions} rank${directions > 1 ? 's' : ''} a fact by copies and by relation`, () => {
    fc.assert(
      fc.property(
        someFacts(ENTITIES, RELATIONS),
        someFacts(ENTITIES, RELATIONS),
        someRanks,
        (asked, background, drawn) => {
          const facts = columns(asked);
          const copied = copiedFacts(facts, columns(background), ENTITIES, RELATIONS);
          const ranks = Array.from({ length: directions * asked.length }, (_, i) => drawn[i % drawn.length]);
          // tails of all facts, then heads
          const rows = Array.from({ length: directions }, () => asked.map((fact, i) => ({ fact, i }))).flat();
          const where = (keep: (row: (typeof rows)[number]) => boolean) =>
            metricsOf(ranks.filter((_, i) => keep(rows[i])));
          const report = reportOf(ranks, facts, copied, names);
          assert.deepEqual(report.all, metricsOf(ranks));
          assert.deepEqual(
            report.copied,
            where(({ i }) => copied[i] === 1),
          );
          assert.deepEqual(
            report.notCopied,
            where(({ i }) => copied[i] === 0),
          );
          const expected = names
            .map((relation, r) => ({ relation, ...where(({ fact }) => fact[1] === r) }))
            .filter(({ count }) => count > 0)
            .sort((a, b) => b.count - a.count || (a.relation < b.relation ? -1 : 1));
          assert.deepEqual(report.byRelation, expected);
        },
      ),
    );
  });
