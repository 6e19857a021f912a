import '../../_here.js';
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { metricsOf } from '../../../src/evaluate/metrics.js';
import { pathQueries } from '../../../src/evaluate/pathQueries.js';
import { readFacts } from '../../../src/train/folder.js';
import { files, readJob } from '../../../src/train/job.js';
import { type EvaluatePathsOptions, evaluatePaths } from '../../../src/train/tasks/paths.js';
import { plainRank } from '../../evaluate/_plain.js';
import { facts } from '../../kg/_facts.js';
import { plainReach } from '../../kg/_reach.js';
import { folder } from '../_graph.js';
import { beamAnswers, gruAnswers, linkedRows, ownRows, type PlainAnswers } from '../_plainAnswers.js';
import { ONE, trainStudent, trainTeacher } from '../_runs.js';
import { makeWorld } from '../_world.js';

const world = makeWorld();
const BEAM = 5;
const COUNT = 60;
const GRU = { encoder: 'gru', learningRate: 0.02, pathLength: 3 };

describe('path queries', () => {
  /** A ComplEx student with rows outside of the target, and one that is a path encoder, each with a teacher of its kind. */
  let triple: string;
  let path: string;
  let distances: string;
  before(async () => {
    triple = await trainStudent(world, await trainTeacher(world), { hops: 1, geometry: 'unit' });
    path = await trainStudent(world, await trainTeacher(world, GRU), GRU);
    distances = await trainStudent(world, undefined, { encoder: 'transe' });
  });

  /** The report by the definition. */
  function expected(run: string, answersOf: PlainAnswers, options: EvaluatePathsOptions) {
    const { split, background, label } = readFacts(run);
    const { relations } = world.dataset;
    const asked = options.facts === 'valid' ? split.valid : split.test;
    const known = options.facts === 'valid' ? [split.train] : [split.train, split.valid];
    const own = known.flatMap(facts);
    const linked = facts(background).filter(([h, , t]) => h < label.length && t < label.length);
    const { directions, candidates } = options.evaluation ?? { directions: 'both', candidates: 'label' };
    return (options.hops ?? [2, 3]).map((hops) => {
      const queries = pathQueries(asked, known, {
        entities: label.length,
        relations: relations.length,
        hops,
        directions,
        count: COUNT,
        seed: 3,
      });
      const rows = Array.from(queries.entity, (from, i) => ({
        from,
        path: queries.relation.map((hop) => hop[i]),
        answer: queries.answer[i],
      }));
      assert.ok(rows.length > 20, `${rows.length} queries`);
      const ranks = rows.map(({ from, path: way, answer }) => {
        const right = new Set(plainReach([...facts(asked), ...own], relations.length, from, way));
        const scores = answersOf(from, way);
        return plainRank(
          answer,
          label.length,
          (c) => (candidates === 'all' || label[c] === label[answer]) && !right.has(c),
          (c, a) => (scores ? Number(scores[c] > scores[a]) - Number(scores[c] < scores[a]) : 0),
        );
      });
      const isCopied = rows.map(({ from, path: way, answer }) =>
        plainReach([...own, ...linked], relations.length, from, way).includes(answer),
      );
      assert.ok(isCopied.includes(true) && isCopied.includes(false));
      return {
        hops,
        all: metricsOf(ranks),
        copied: metricsOf(ranks, (i) => isCopied[i]),
        notCopied: metricsOf(ranks, (i) => !isCopied[i]),
      };
    });
  }

  const CASES: readonly EvaluatePathsOptions[] = [
    { facts: 'test' },
    { facts: 'test', hops: [2], evaluation: { directions: 'tails', candidates: 'all' } },
    { facts: 'valid', hops: [3, 2], evaluation: { directions: 'both', candidates: 'all' } },
  ];
  for (const asked of CASES) {
    const options: EvaluatePathsOptions = { ...ONE, ...asked, beam: BEAM, count: COUNT, seed: 3 };
    const what = `${asked.facts} facts, ${JSON.stringify(asked.evaluation ?? 'as the run')}`;

    it(`are answered by beam search with a triple encoder: ${what}`, async () => {
      const { rows, entities } = readJob(triple);
      assert.ok(rows > entities, 'rows outside of the target are no candidates');
      for (const run of [triple, distances])
        assert.deepEqual(await evaluatePaths(run, options), {
          beam: BEAM,
          lengths: expected(run, beamAnswers(run, ownRows(run), BEAM), options),
        });
    });

    it(`are answered by a path encoder in one pass: ${what}`, async () => {
      assert.deepEqual(await evaluatePaths(path, options), {
        beam: null,
        lengths: expected(path, gruAnswers(path, ownRows(path)), options),
      });
    });

    it(`are answered by the teacher through the links, unlinked rows last: ${what}`, async () => {
      for (const run of [triple, path]) {
        const links = linkedRows(run);
        const known = run === path ? gruAnswers(links.folder, links) : beamAnswers(links.folder, links, BEAM);
        const cases = new Set<string>();
        const answers: PlainAnswers = (from, way) => {
          const scores = known(from, way);
          cases.add(scores ? (scores.includes(Number.NEGATIVE_INFINITY) ? 'some' : 'all') : 'none');
          return scores;
        };
        const found = await evaluatePaths(run, { ...options, answerer: 'teacher' });
        assert.deepEqual(found, {
          beam: run === path ? null : BEAM,
          lengths: expected(run, answers, options),
        });
        assert.deepEqual([...cases].sort(), ['none', 'some'], 'paths that it can and cannot be asked');
      }
    });
  }

  it('are other ones by another seed, and no more than are asked for', async () => {
    const mrr = async (seed: number, count: number) => {
      const { lengths } = await evaluatePaths(triple, { ...ONE, hops: [2], seed, count });
      assert.equal(lengths[0].all.count, count);
      return lengths[0].all.mrr;
    };
    assert.equal(await mrr(1, 20), await mrr(1, 20));
    assert.notEqual(await mrr(1, 20), await mrr(2, 20));
  });

  it('leave nothing in the run’s folder, also where there is no model or no teacher to ask', async () => {
    const before = readdirSync(triple).sort();
    await evaluatePaths(triple, { ...ONE, hops: [2], count: 5 });
    assert.deepEqual(readdirSync(triple).sort(), before);
    const cut = join(folder(), 'cut');
    cpSync(triple, cut, { recursive: true });
    rmSync(join(cut, files.model));
    const left = readdirSync(cut).sort();
    await assert.rejects(evaluatePaths(cut, ONE), { code: 'BAD_DATA', message: /no trained model/ });
    assert.deepEqual(readdirSync(cut).sort(), left);
    await assert.rejects(evaluatePaths(distances, { ...ONE, answerer: 'teacher' }), {
      code: 'BAD_DATA',
      message: /no teacher/,
    });
  });
});
