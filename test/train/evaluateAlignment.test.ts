import '../_here.js';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { metricsOf } from '../../src/evaluate/metrics.js';
import { splitLinks } from '../../src/kg/linkSample.js';
import type { Dataset } from '../../src/kg/types.js';
import { readTensors } from '../../src/model/safetensors.js';
import { type AlignmentReport, evaluateAlignment } from '../../src/train/evaluateAlignment.js';
import { readModelEntities } from '../../src/train/folder.js';
import { files } from '../../src/train/job.js';
import { linksOf } from '../kg/_links.js';
import { ONE, trainStudent, trainTeacher } from './_runs.js';
import { HELD_OUT, makeWorld } from './_world.js';

const heldOut = { ...HELD_OUT, links: 0.4 };
const world = makeWorld({ size: 80 });

function withhold(dataset: Dataset) {
  const { chosen, rest } = splitLinks(dataset, { share: 0.4, purpose: 'held out', key: HELD_OUT.key });
  return { dataset: { ...dataset, alignments: rest }, withheld: chosen };
}

/** Groups of `source entity` that links join, one link after the other. */
function groupsOf(dataset: Dataset): (source: number, entity: number) => string[] {
  let groups: string[][] = [];
  for (const { leftSource, left, rightSource, right } of linksOf(dataset.alignments)) {
    const ends = [`${leftSource} ${left}`, `${rightSource} ${right}`];
    const met = groups.filter((group) => group.some((name) => ends.includes(name)));
    groups = [...groups.filter((group) => !met.includes(group)), [...new Set([...met.flat(), ...ends])]];
  }
  return (source, entity) => groups.find((group) => group.includes(`${source} ${entity}`)) ?? [];
}

type Vector = readonly number[];
const cosine = (a: Vector, b: Vector): number => {
  const dot = (x: Vector, y: Vector) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
const rowsOf = (values: ArrayLike<number>, width: number) => (row: number) =>
  Array.from({ length: width }, (_, i) => values[row * width + i]);

/** Ranks of withheld links by plain comparison of cosines, in both directions. */
function plainRanks(
  { dataset, withheld }: ReturnType<typeof withhold>,
  [s, t]: readonly [number, number],
  vectors: readonly [(entity: number) => Vector, (entity: number) => Vector],
) {
  const group = groupsOf(dataset);
  const free = (mine: number, other: number) =>
    [...dataset.sources[mine].entities.keys.keys()].filter(
      (e) => !group(mine, e).some((name) => name.startsWith(`${other} `)),
    );
  const pools = [free(s, t), free(t, s)];
  const links = linksOf(withheld).flatMap((l) =>
    l.leftSource === s && l.rightSource === t ? [[l.left, l.right]] : [],
  );
  const asked = links.filter(([a, b]) => pools[0].includes(a) && pools[1].includes(b));
  const score = (a: number, b: number) => cosine(vectors[0](a), vectors[1](b));
  const rank = (mine: number, others: readonly number[]) =>
    1 + others.filter((other) => other > mine + 1e-6).length;
  return {
    known: links.length - asked.length,
    candidates: { left: pools[0].length, right: pools[1].length },
    forward: asked.map(([a, b]) =>
      rank(
        score(a, b),
        pools[1].map((c) => score(a, c)),
      ),
    ),
    backward: asked.map(([a, b]) =>
      rank(
        score(a, b),
        pools[0].map((c) => score(c, b)),
      ),
    ),
  };
}

function same(found: AlignmentReport, expected: ReturnType<typeof plainRanks>): void {
  assert.ok(expected.forward.length > 3, 'links are asked');
  assert.equal(found.count, expected.forward.length);
  assert.equal(found.known, expected.known);
  assert.deepEqual(found.candidates, expected.candidates);
  for (const [part, ranks] of [
    ['forward', expected.forward],
    ['backward', expected.backward],
    ['both', [...expected.forward, ...expected.backward]],
  ] as const) {
    const wanted = metricsOf(ranks);
    assert.equal(found.cosine[part].count, wanted.count);
    assert.ok(Math.abs(found.cosine[part].mrr - wanted.mrr) < 1e-3, part);
    assert.equal(found.csls[part].count, wanted.count);
    assert.ok(found.csls[part].mrr > 0 && found.csls[part].mrr <= 1);
  }
}

describe('alignment of a teacher', () => {
  for (const links of ['share', 'soft'] as const)
    it(`ranks withheld links by its vectors, with links as ${links}`, async () => {
      const part = withhold(world.supporters);
      const run = await trainTeacher(world, { links, epochs: 3 }, { ...part, heldOut });
      const reports = await evaluateAlignment(run, ONE);
      assert.deepEqual(
        reports.map(({ left, right }) => [left, right]),
        [['there', 'third']],
      );
      const { entity } = readTensors(join(run, files.model)).tensors;
      const vector = rowsOf(entity.data, entity.shape[1]);
      const rows = readModelEntities(run).sources.map((source) => source.rows);
      same(reports[0], plainRanks(part, [0, 1], [(e) => vector(rows[0][e]), (e) => vector(rows[1][e])]));
      assert.ok(!readdirSync(run).some((name) => name.startsWith('alignment-')), 'nothing is left behind');
    });

  it('is refused where no links were withheld', async () => {
    const run = await trainTeacher(world, { epochs: 1 });
    await assert.rejects(evaluateAlignment(run, ONE), { code: 'NO_DATA', message: /No links were withheld/ });
  });
});

describe('alignment of a student', () => {
  const part = withhold(world.dataset);
  let teacher: string;
  before(async () => {
    teacher = await trainTeacher(world, { epochs: 3 }, { ...withhold(world.supporters), heldOut });
  });

  it('ranks withheld links of the target by its vectors in the teacher’s space', async () => {
    const run = await trainStudent(world, teacher, {}, { ...part, heldOut });
    const reports = await evaluateAlignment(run, ONE);
    assert.deepEqual(
      reports.map(({ left, right }) => [left, right]),
      [
        ['here', 'there'],
        ['here', 'third'],
      ],
    );
    const own = readTensors(join(run, files.checkpoint)).tensors;
    const [width, other] = own['extra.entity'].shape;
    const vector = rowsOf(own.entity.data, width);
    const projected = (e: number): Vector => {
      const mine = vector(e);
      return Array.from({ length: other }, (_, k) =>
        mine.reduce((sum, x, i) => sum + x * own['extra.entity'].data[i * other + k], 0),
      );
    };
    const { entity } = readTensors(join(teacher, files.model)).tensors;
    const taught = rowsOf(entity.data, entity.shape[1]);
    const known = readModelEntities(teacher).sources;
    for (const [i, t] of [1, 2].entries())
      same(reports[i], plainRanks(part, [0, t], [projected, (e) => taught(known[t - 1].rows[e])]));
  });

  it('is refused without a way into the teacher’s space', async () => {
    const apart = await trainStudent(
      world,
      teacher,
      { epochs: 1, distillation: { feature: 0 } },
      { ...part, heldOut },
    );
    await assert.rejects(evaluateAlignment(apart, ONE), { code: 'NO_DATA', message: /no way into/ });
  });

  it('is refused where the teacher may have seen the links', async () => {
    const other = { ...heldOut, links: 0.2 };
    const run = await trainStudent(world, teacher, { epochs: 1 }, { ...part, heldOut: other });
    await assert.rejects(evaluateAlignment(run, ONE), { code: 'USAGE', message: /heldOut.links 0.4/ });
  });
});
