import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { EvaluationSettings } from '../../src/config.js';
import { type FilterName, knownFacts } from '../../src/evaluate/filters.js';
import { type Metrics, metricsOf } from '../../src/evaluate/metrics.js';
import type { ModelReport } from '../../src/evaluate/report.js';
import { sampleRows } from '../../src/evaluate/sample.js';
import { evaluateAndRecord, evaluateRun } from '../../src/train/evaluations.js';
import { readFacts, readModelEntities, readRecord } from '../../src/train/folder.js';
import { files, readJob } from '../../src/train/job.js';
import type { PlainQuery } from '../evaluate/_plain.js';
import { type Fact, facts } from '../kg/_facts.js';
import { folder } from './_graph.js';
import { type Compare, plainFrequency, plainRanks, plainScores } from './_plainRanks.js';
import { ONE, trainStudent, trainTeacher } from './_runs.js';
import { joined, makeWorld } from './_world.js';

const world = makeWorld();
const { relations } = world.dataset;
const concepts = world.conceptOf[0];

/** How many other sources say a fact of the target's entities, through the links. */
const votes = ([h, r, t]: Fact): number =>
  [1, 2].filter(
    (s) =>
      [h, t].every((entity) => joined(s, concepts[entity])[0] === 0) &&
      world.said[s].some(
        ([head, name, tail]) => head === concepts[h] && name === relations[r] && tail === concepts[t],
      ),
  ).length;
const factOf = ({ entity, relation, asksHead }: PlainQuery, candidate: number): Fact =>
  asksHead ? [candidate, relation, entity] : [entity, relation, candidate];

describe('the evaluation of a student', () => {
  let student: string;
  let teacher: string;
  before(async () => {
    teacher = await trainTeacher(world);
    student = await trainStudent(world, teacher, { hops: 1, geometry: 'unit' });
  });

  it('is asked on the device of its training', async () => {
    const here = folder();
    const told = join(here, 'device');
    const script = join(here, 'tell.mjs');
    writeFileSync(
      script,
      `import { writeFileSync } from 'node:fs';\nif (process.send) writeFileSync(${JSON.stringify(told)}, process.env.CUDA_VISIBLE_DEVICES ?? 'all');\n`,
    );
    const options = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `${options ?? ''} --import ${pathToFileURL(script)}`;
    try {
      await evaluateRun(student, { ...ONE, filters: ['raw'], device: '7' });
    } finally {
      if (options === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = options;
    }
    assert.equal(readFileSync(told, 'utf8'), '7');
  });

  /** The report by the definition, of each filter. */
  function expected(
    compare: Compare,
    { directions, candidates }: EvaluationSettings,
    side: 'valid' | 'test',
    filters: readonly FilterName[],
  ): Record<string, Pick<ModelReport, 'all' | 'copied' | 'notCopied'>> {
    const { split, label } = readFacts(student);
    const asked = facts(split[side]);
    const isCopied = asked.map((fact) => votes(fact) > 0);
    assert.ok(isCopied.includes(true) && isCopied.includes(false));
    return Object.fromEntries(
      filters.map((filter) => {
        const known = knownFacts(split, filter).flatMap(facts);
        const ranked = candidates === 'label' ? { label } : {};
        const ranks = plainRanks({ asked, known, directions, entities: label.length, ...ranked }, compare);
        const copied = (i: number) => isCopied[i % asked.length];
        const all = metricsOf(ranks);
        assert.equal(all.count, asked.length * (directions === 'both' ? 2 : 1));
        return [
          filter,
          { all, copied: metricsOf(ranks, copied), notCopied: metricsOf(ranks, (i) => !copied(i)) },
        ];
      }),
    );
  }

  const FILTERS = ['raw', 'train', 'tv', 'full'] as const;
  const CASES = [
    ['test', { directions: 'both', candidates: 'label' }],
    ['test', { directions: 'tails', candidates: 'all' }],
    ['valid', { directions: 'both', candidates: 'all' }],
  ] as const;
  const without = (reports: Partial<Record<FilterName, ModelReport>>) =>
    Object.fromEntries(Object.entries(reports).map(([name, { byRelation: _, ...rest }]) => [name, rest]));

  for (const [side, evaluation] of CASES) {
    const what = `${side} facts, ${evaluation.directions}, candidates by ${evaluation.candidates}`;

    it(`ranks as the saved vectors do: ${what}`, async () => {
      const score = plainScores(student);
      const value = ({ entity, relation, asksHead }: PlainQuery, candidate: number) =>
        score(entity, relation + (asksHead ? relations.length : 0), candidate);
      const compare: Compare = (query, c, answer) => value(query, c) - value(query, answer);
      const reports = await evaluateRun(student, { ...ONE, facts: side, evaluation, filters: FILTERS });
      assert.deepEqual(without(reports), expected(compare, evaluation, side, FILTERS));
    });

    it(`ranks the teacher’s answers through the links: ${what}`, async () => {
      const { row, relation: known } = readJob(student).teacher ?? assert.fail('no teacher');
      const score = plainScores(teacher);
      const compare: Compare = ({ entity, relation, asksHead }, c, answer) => {
        const asked = known[relation + (asksHead ? relations.length : 0)];
        // What the teacher cannot be asked has no best answer; what it does not know is no answer.
        if (row[entity] < 0 || asked < 0) return 0;
        if (row[c] < 0 || row[answer] < 0) return Number(row[c] >= 0) - Number(row[answer] >= 0);
        return score(row[entity], asked, row[c]) - score(row[entity], asked, row[answer]);
      };
      const options = { ...ONE, facts: side, evaluation, filters: FILTERS, answerer: 'teacher' } as const;
      assert.deepEqual(
        without(await evaluateRun(student, options)),
        expected(compare, evaluation, side, FILTERS),
      );
    });

    it(`ranks by frequency and by lookup without a model: ${what}`, async () => {
      const frequency = plainFrequency(readFacts(student));
      const byFrequency: Compare = (query, c, answer) => frequency(query, c) - frequency(query, answer);
      const byVotes: Compare = (query, c, answer) =>
        votes(factOf(query, c)) - votes(factOf(query, answer)) || byFrequency(query, c, answer);
      for (const [answerer, compare] of [
        ['frequency', byFrequency],
        ['lookup', byVotes],
      ] as const) {
        const reports = await evaluateRun(student, { facts: side, evaluation, filters: FILTERS, answerer });
        assert.deepEqual(without(reports), expected(compare, evaluation, side, FILTERS), answerer);
      }
    });
  }

  it('asks the teacher about linked and unlinked entities and relations', () => {
    const { row, relation } = readJob(student).teacher ?? assert.fail('no teacher');
    const asked = facts(readFacts(student).split.test);
    const cases = asked.map(([h, r, t]) => [row[h] >= 0, relation[r] >= 0, row[t] >= 0].join());
    for (const one of ['true,true,true', 'true,false,true', 'false,true,true', 'true,true,false'])
      assert.ok(cases.includes(one), one);
  });

  it('ranks a sample of as many facts as it may, as it ranks them among all', async () => {
    const most = 7;
    const explicit = { directions: 'both', candidates: 'label' } as const;
    const { test } = readFacts(student).split;
    const { sources, relations } = readModelEntities(student);
    const rows = sampleRows(test, { keys: sources[0].keys, relations }, most) ?? assert.fail('no sample');
    const copied = Uint8Array.from(test.head, (_, i) => Number(rows.includes(i)));
    const options = { ...ONE, filters: ['tv'], evaluation: { ...explicit, most } } as const;
    const { tv } = await evaluateRun(student, { ...options, copied });
    const { tv: all } = await evaluateRun(student, { ...options, copied, evaluation: explicit });
    assert.equal(tv?.sampledFrom, test.head.length);
    assert.equal(tv.all.count, 2 * most);
    assert.deepEqual([tv.all, tv.copied], [all?.copied, all?.copied]);
    assert.equal(tv.notCopied.count, 0);
    assert.equal(all?.sampledFrom, undefined);
    // Validation is not thinned by what is said of the test.
    const { tv: valid } = await evaluateRun(student, { ...options, facts: 'valid' });
    assert.equal(valid?.sampledFrom, undefined);
    const { tv: few } = await evaluateRun(student, { ...options, facts: 'valid', most: 2 });
    assert.equal(few?.all.count, 4);
  });

  it('counts by relation, the most frequent first, and takes the run’s own settings where none are given', async () => {
    const { tv, full, ...none } = await evaluateRun(student, ONE);
    assert.ok(tv && full);
    assert.deepEqual(none, {});
    const explicit = { directions: 'both', candidates: 'label' } as const;
    assert.deepEqual({ tv, full }, await evaluateRun(student, { ...ONE, evaluation: explicit }));
    const asked = facts(readFacts(student).split.test);
    assert.deepEqual(
      new Map(tv.byRelation.map(({ relation, count }) => [relation, count])),
      new Map(
        [...new Set(asked.map(([, r]) => r))].map((r) => [
          relations[r],
          2 * asked.filter((fact) => fact[1] === r).length,
        ]),
      ),
    );
    const counts = tv.byRelation.map(({ count }) => count);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
    const weighted = (figure: 'mrr' | 'hits10') =>
      tv.byRelation.reduce((sum, one: Metrics) => sum + one[figure] * one.count, 0) / tv.all.count;
    for (const figure of ['mrr', 'hits10'] as const)
      assert.ok(Math.abs(weighted(figure) - tv.all[figure]) < 1e-9, figure);
  });

  it('is kept in the record, and leaves nothing else in the folder', async () => {
    const before = readdirSync(student).sort();
    const record = readRecord(student);
    const reports = await evaluateAndRecord(student, { ...ONE, filters: ['tv'] });
    assert.deepEqual(readRecord(student), { ...record, metrics: without(reports) });
    assert.deepEqual(readdirSync(student).sort(), before);
  });

  it('is refused without a teacher to ask, and without a model', async () => {
    const alone = join(folder(), 'alone');
    cpSync(student, alone, { recursive: true });
    rmSync(join(alone, files.model));
    await assert.rejects(evaluateRun(alone, ONE), { code: 'BAD_DATA', message: /no trained model/ });
    const untaught = await trainStudent(world, undefined, { epochs: 1 });
    await assert.rejects(evaluateRun(untaught, { ...ONE, answerer: 'teacher' }), {
      code: 'BAD_DATA',
      message: /no teacher/,
    });
  });
});
