import '../../_here.js';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { classify, fitThresholds } from '../../../src/evaluate/classification.js';
import { type LabelledFacts, withHardNegatives } from '../../../src/evaluate/hardNegatives.js';
import { readFacts } from '../../../src/train/folder.js';
import {
  type EvaluateClassificationOptions,
  evaluateClassification,
} from '../../../src/train/tasks/classification.js';
import { columns, type Fact, facts } from '../../kg/_facts.js';
import {
  gruAnswers,
  linkedRows,
  ownRows,
  type PlainAnswers,
  singleScores,
  softmax,
} from '../_plainAnswers.js';
import { ONE, trainStudent, trainTeacher } from '../_runs.js';
import { makeWorld } from '../_world.js';

const world = makeWorld();
const GRU = { encoder: 'gru', learningRate: 0.02 };

describe('the classification of facts', () => {
  let triple: string;
  let path: string;
  let distances: string;
  before(async () => {
    triple = await trainStudent(world, await trainTeacher(world), { hops: 1, geometry: 'unit', epochs: 8 });
    path = await trainStudent(world, await trainTeacher(world, GRU), GRU);
    distances = await trainStudent(world, undefined, { encoder: 'transe' });
  });

  /** Lower than all others. */
  const UNKNOWN = -1e9;

  /** The report by the definition. */
  function expected(run: string, answersOf: PlainAnswers, options: EvaluateClassificationOptions) {
    const { split, background, label } = readFacts(run);
    const size = { entities: label.length, relations: world.dataset.relations.length, seed: 2 };
    const valid = withHardNegatives(split.valid, split.train, [split.train], size);
    const test = withHardNegatives(split.test, split.train, [split.train, split.valid], size);
    const asked = options.facts === 'valid' ? valid : test;
    const scoreOf = ([h, r, t]: Fact): number => {
      const scores = answersOf(h, [r]);
      if (!scores) return options.measure === 'score' ? 0 : -Math.log(label.length);
      if (scores[t] === Number.NEGATIVE_INFINITY) return UNKNOWN;
      return options.measure === 'score' ? scores[t] : Math.log(softmax(scores)[t]);
    };
    const scores = (labelled: LabelledFacts) => facts(labelled.facts).map(scoreOf);
    const thresholds = fitThresholds(scores(valid), valid.truth, valid.facts.relation);
    const others = new Set(facts(background).map((fact) => fact.join()));
    const trueFacts = facts(asked.facts).slice(0, asked.truth.length / 2);
    const isCopied = trueFacts.map((fact) => others.has(fact.join()));
    assert.ok(isCopied.includes(true) && isCopied.includes(false));
    const figures = (keep: (pair: number) => boolean) =>
      classify(scores(asked), asked.truth, asked.facts.relation, thresholds, (row) =>
        keep(row % trueFacts.length),
      );
    return {
      all: figures(() => true),
      copied: figures((pair) => isCopied[pair]),
      notCopied: figures((pair) => !isCopied[pair]),
      without: asked.without,
    };
  }

  const single = (model: string, rows: Parameters<typeof singleScores>[1]): PlainAnswers => {
    const scores = singleScores(model, rows);
    return (from, [relation]) => scores(from, relation);
  };

  for (const facts of ['test', 'valid'] as const)
    for (const measure of [undefined, 'score'] as const) {
      const options: EvaluateClassificationOptions = { ...ONE, facts, seed: 2, ...(measure && { measure }) };
      const what = `${facts} facts, by ${measure ?? 'log-probability'}`;

      it(`goes by the scores of the student: ${what}`, async () => {
        for (const run of [triple, distances])
          assert.deepEqual(
            await evaluateClassification(run, options),
            expected(run, single(run, ownRows(run)), options),
          );
        assert.deepEqual(
          await evaluateClassification(path, options),
          expected(path, gruAnswers(path, ownRows(path)), options),
        );
      });

      it(`goes by the scores of the teacher through the links: ${what}`, async () => {
        for (const run of [triple, path]) {
          const links = linkedRows(run);
          const answers = run === path ? gruAnswers(links.folder, links) : single(links.folder, links);
          assert.deepEqual(
            await evaluateClassification(run, { ...options, answerer: 'teacher' }),
            expected(run, answers, options),
          );
        }
      });
    }

  it('tells facts apart better than chance, and draws other false facts by another seed', async () => {
    const { all } = await evaluateClassification(triple, ONE);
    assert.ok(all.accuracy > 0.6 && all.auc > 0.6, `accuracy ${all.accuracy}, AUC ${all.auc}`);
    const other = await evaluateClassification(triple, { ...ONE, seed: 5 });
    assert.notEqual(other.all.auc, all.auc);
  });

  it('takes no known fact for false, and fits thresholds without a look at test facts', async () => {
    const { train, valid, test } = world.split;
    const [h, r, t] = facts(test).find(
      ([, relation]) => relation === world.dataset.relations.indexOf('in'),
    ) as Fact;
    const typed = new Set(facts(train).flatMap(([, relation, tail]) => (relation === r ? [tail] : [])));
    assert.ok(typed.has(t) && typed.size > 2);
    // With these all that could stand in the place of the test fact's tail is known, and of theirs only the test fact.
    const more = [...typed].filter((tail) => tail !== t).map((tail): Fact => [h, r, tail]);
    const split = { train, test, valid: columns([...facts(valid), ...more]) };
    const run = await trainStudent(world, undefined, { epochs: 1 }, { split });
    const asked = await evaluateClassification(run, ONE);
    assert.deepEqual([asked.without, asked.all.count], [1, 2 * (test.head.length - 1)]);
    const fitted = await evaluateClassification(run, { ...ONE, facts: 'valid' });
    assert.deepEqual([fitted.without, fitted.all.count], [0, 2 * split.valid.head.length]);
  });

  it('is refused without validation facts, on which thresholds are fitted', async () => {
    const empty = new Int32Array(0);
    const split = { ...world.split, valid: { head: empty, relation: empty, tail: empty } };
    const run = await trainStudent(world, undefined, { epochs: 1 }, { split });
    await assert.rejects(evaluateClassification(run, ONE), {
      code: 'NO_DATA',
      message: /no validation fact/,
    });
  });
});
