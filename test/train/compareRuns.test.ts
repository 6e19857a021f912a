import '../_here.js';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { EvaluationSettings } from '../../src/config.js';
import { type Metrics, metricsOf } from '../../src/evaluate/metrics.js';
import { factHash } from '../../src/kg/split.js';
import { concatTriples } from '../../src/kg/triples.js';
import { compareRuns } from '../../src/train/compareRuns.js';
import { evaluateRun } from '../../src/train/evaluations.js';
import { readFacts, readModelEntities } from '../../src/train/folder.js';
import type { PlainQuery } from '../evaluate/_plain.js';
import { type Fact, facts } from '../kg/_facts.js';
import { plainRanks, plainScores } from './_plainRanks.js';
import { ONE, trainStudent } from './_runs.js';
import { makeWorld } from './_world.js';

/** A run as far as a comparison looks at it. */
function opened(folder: string) {
  const { sources, relations } = readModelEntities(folder);
  return { folder, keys: sources[0].keys, relations, ...readFacts(folder) };
}
type Opened = ReturnType<typeof opened>;

/** The figures of a run on facts and candidates given by name. */
function plainFigures(
  run: Opened,
  {
    asked,
    known,
    classOf,
    directions,
  }: Pick<EvaluationSettings, 'directions'> & {
    asked: readonly (readonly string[])[];
    known: readonly (readonly string[])[];
    classOf: (key: string) => number;
  },
): Metrics {
  const numbered = (named: readonly (readonly string[])[]): Fact[] =>
    named
      .map(([h, r, t]): Fact => [run.keys.indexOf(h), run.relations.indexOf(r), run.keys.indexOf(t)])
      .filter((ids) => !ids.includes(-1));
  const score = plainScores(run.folder);
  const value = ({ entity, relation, asksHead }: PlainQuery, candidate: number) =>
    score(entity, relation + (asksHead ? run.relations.length : 0), candidate);
  const label = Int32Array.from(run.keys, classOf);
  const world = { asked: numbered(asked), known: numbered(known), directions, label, entities: label.length };
  return metricsOf(plainRanks(world, (query, c, answer) => value(query, c) - value(query, answer)));
}

describe('the comparison of two runs', () => {
  let newer: Opened;
  let older: Opened;

  before(async () => {
    const grown = makeWorld({ size: 60 });
    const small = makeWorld({ size: 45 });
    newer = opened(await trainStudent(grown, undefined, { hops: 1 }));
    // The older one was trained on facts that are held out now.
    const { train, valid, test } = small.split;
    const seen = Int32Array.from(valid.head, (_, i) => i).filter((i) => i % 3 === 0);
    const pick = (column: Int32Array) => Int32Array.from(seen, (i) => column[i]);
    const more = { head: pick(valid.head), relation: pick(valid.relation), tail: pick(valid.tail) };
    const split = { train: concatTriples([train, more]), valid, test };
    older = opened(await trainStudent(small, undefined, { dim: 12, epochs: 2 }, { split }));
  });

  const named = (run: Opened, list: readonly Fact[]) =>
    list.map(([h, r, t]) => [run.keys[h], run.relations[r], run.keys[t]]);

  for (const evaluation of [
    { directions: 'both', candidates: 'label' },
    { directions: 'tails', candidates: 'all' },
  ] as const)
    it(`asks both the same: ${evaluation.directions}, candidates by ${evaluation.candidates}`, async () => {
      const valid = named(newer, facts(newer.split.valid));
      const trained = new Set(named(older, facts(older.split.train)).map(String));
      const isKnown = ([h, r, t]: readonly string[]) =>
        older.keys.includes(h) && older.relations.includes(r) && older.keys.includes(t);
      const asked = valid.filter((fact) => isKnown(fact) && !trained.has(String(fact)));
      const held = valid.filter((fact) => isKnown(fact) && trained.has(String(fact)));
      assert.ok(asked.length > 3 && held.length > 0 && valid.some((fact) => !isKnown(fact)));
      const classOf = (key: string) => {
        if (!older.keys.includes(key) || !newer.keys.includes(key)) return 99;
        return evaluation.candidates === 'label' ? newer.label[newer.keys.indexOf(key)] : 0;
      };
      const known = [...named(newer, facts(newer.split.train)), ...valid];
      const plain = { asked, known, classOf, directions: evaluation.directions };
      const found = await compareRuns(newer.folder, older.folder, { ...ONE, evaluation });
      assert.equal(found.facts, asked.length);
      assert.deepEqual(found.newer, plainFigures(newer, plain));
      assert.deepEqual(found.older, plainFigures(older, plain));

      const most = 3;
      const sampled = await compareRuns(newer.folder, older.folder, { ...ONE, evaluation, most });
      const hash = factHash(newer.keys, newer.relations, 'sample');
      const place = ([h, r, t]: readonly string[]) =>
        hash(newer.keys.indexOf(h), newer.relations.indexOf(r), newer.keys.indexOf(t));
      const last = asked.map(place).sort((a, b) => a - b)[most - 1];
      const some = { ...plain, asked: asked.filter((fact) => place(fact) <= last) };
      assert.equal(sampled.facts, most);
      assert.deepEqual(sampled.newer, plainFigures(newer, some));
      assert.deepEqual(sampled.older, plainFigures(older, some));
    });

  it('finds a run as good as itself, on all of its validation facts', async () => {
    const found = await compareRuns(newer.folder, newer.folder, ONE);
    const { tv } = await evaluateRun(newer.folder, { ...ONE, facts: 'valid', filters: ['tv'] });
    assert.deepEqual([found.newer, found.older, found.whole], [tv?.all, tv?.all, tv?.all]);
    assert.equal(found.facts, newer.split.valid.head.length);
  });
});
