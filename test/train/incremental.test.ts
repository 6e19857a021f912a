import '../_here.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { studentSchema } from '../../src/config.js';
import { pickTriples } from '../../src/kg/triples.js';
import type { Split } from '../../src/kg/types.js';
import { readTensors } from '../../src/model/safetensors.js';
import { driftOf } from '../../src/train/drift.js';
import { readModelEntities, readRecord, writeEntities, writeFacts } from '../../src/train/folder.js';
import { changesSince } from '../../src/train/incremental.js';
import { files, readJob, startOf } from '../../src/train/job.js';
import { trainingQueries } from '../../src/train/queries.js';
import { beginRetraining } from '../../src/train/retrain.js';
import { resumeRun, runFolder } from '../../src/train/runFolder.js';
import { folder } from './_graph.js';
import { EVALUATION, ONE, trainStudent, trainTeacher } from './_runs.js';
import { makeWorld } from './_world.js';

const DIM = 8;
const world = makeWorld();
const { dataset, split } = world;
const [here] = dataset.sources;

/** The target before its last things came: without them and their facts, and without one fact in nine of the others. */
function earlierWorld(): {
  dataset: typeof dataset;
  split: Split;
  gone: string[];
  linked: string[];
  lost: number;
} {
  const linked = new Set(
    [...dataset.alignments.left].filter((_, i) => dataset.alignments.leftSource[i] === 0),
  );
  const things = here.entities.keys.flatMap((key, e) => (key.includes('Thing') ? [{ key, e }] : []));
  const gone = [
    ...things.filter(({ e }) => linked.has(e)).slice(-3),
    ...things.filter(({ e }) => !linked.has(e)).slice(-2),
  ];
  const isGone = new Set(gone.map(({ e }) => e));
  const kept = [...here.entities.keys.keys()].filter((e) => !isGone.has(e));
  const at = new Map(kept.map((e, i) => [e, i]));
  const without = (triples: Split['train'], every = Number.POSITIVE_INFINITY) => {
    const rows = [...triples.head.keys()].filter(
      (i) => !isGone.has(triples.head[i]) && !isGone.has(triples.tail[i]) && (i + 1) % every !== 0,
    );
    const { head, relation, tail } = pickTriples(triples, rows);
    const moved = (ends: Int32Array) => ends.map((e) => at.get(e) as number);
    return { head: moved(head), relation, tail: moved(tail) };
  };
  const { alignments } = dataset;
  const stays = [...alignments.left.keys()].filter(
    (i) => alignments.leftSource[i] !== 0 || !isGone.has(alignments.left[i]),
  );
  const { entities } = here;
  const train = without(split.train, 9);
  return {
    gone: gone.map(({ key }) => key),
    linked: gone.filter(({ e }) => linked.has(e)).map(({ key }) => key),
    lost: split.train.head.length - train.head.length,
    split: { train, valid: without(split.valid), test: without(split.test) },
    dataset: {
      ...dataset,
      sources: [
        {
          ...here,
          entities: {
            ...entities,
            keys: kept.map((e) => entities.keys[e]),
            label: Int32Array.from(kept, (e) => entities.label[e]),
          },
          triples: without(here.triples),
        },
        ...dataset.sources.slice(1),
      ],
      alignments: {
        leftSource: Int32Array.from(stays, (i) => alignments.leftSource[i]),
        left: Int32Array.from(stays, (i) =>
          alignments.leftSource[i] === 0 ? (at.get(alignments.left[i]) as number) : alignments.left[i],
        ),
        rightSource: Int32Array.from(stays, (i) => alignments.rightSource[i]),
        right: Int32Array.from(stays, (i) => alignments.right[i]),
        confidence: Float32Array.from(stays, (i) => alignments.confidence[i]),
      },
    },
  };
}

const entityTable = (run: string, file: string = files.model) => readTensors(join(run, file)).tensors.entity;
const vectorOf = (run: string, key: string, file?: string) => {
  const { keys, rows } = readModelEntities(run).sources[0];
  const row = rows[keys.indexOf(key)];
  return [...entityTable(run, file).data.subarray(row * DIM, (row + 1) * DIM)];
};

describe('a student that goes on from an earlier one', () => {
  const past = earlierWorld();
  let teacher: string;
  let earlier: string;
  let run: string;
  const goOn = (settings: object = {}, change: object = {}) =>
    trainStudent(world, teacher, settings, { from: earlier, folder: join(folder(), 'later'), ...change });
  before(async () => {
    teacher = await trainTeacher(world);
    earlier = await trainStudent(world, teacher, {}, { dataset: past.dataset, split: past.split });
    run = await goOn();
  });

  it('begins with its vectors, by key, and those of new entities have a place of their own', () => {
    const { keys } = here.entities;
    assert.equal(past.gone.length, 5);
    for (const key of keys.filter((one) => !past.gone.includes(one)))
      assert.deepEqual(vectorOf(run, key, files.start), vectorOf(earlier, key), key);
    const { rowsOfEarlier, entities } = readRecord(run).counts;
    assert.equal(rowsOfEarlier, entities - past.gone.length);
    const kept = startOf(run)?.['entity.slot0'].data ?? assert.fail();
    const { rows } = readModelEntities(run).sources[0];
    for (const key of past.linked)
      assert.ok(kept[rows[keys.indexOf(key)] * DIM] > 0, `${key} was placed by the teacher`);
  });

  it('trains on what has changed and on a share of the rest', () => {
    const { queries, changedQueries, trainedQueries } = readRecord(run).counts;
    assert.ok(past.lost > 10 && changedQueries > 0 && changedQueries < queries / 2, `${changedQueries}`);
    assert.equal(trainedQueries, changedQueries + Math.ceil(0.1 * (queries - changedQueries)));
    assert.equal(readJob(run).queries.entity.length, trainedQueries);
  });

  it('holds what has not changed the strongest, and new entities not at all', () => {
    const { anchor } = readJob(run);
    const { anchor: most, changed } = studentSchema.parse({}).incremental;
    const strengths = new Set(anchor);
    assert.deepEqual(strengths, new Set([0, Math.fround(most * changed), Math.fround(most)]));
    const { keys, rows } = readModelEntities(run).sources[0];
    for (const key of past.gone) assert.equal(anchor?.[rows[keys.indexOf(key)]], 0);
  });

  it('tells in its record where it came from and how far its vectors moved', async () => {
    const { from, drift, settings } = readRecord(run);
    assert.deepEqual(from, { folder: earlier, id: 'student-1' });
    assert.equal((settings as { epochs: number }).epochs, 2);
    const { keys, rows } = readModelEntities(earlier).sources[0];
    const now = readModelEntities(run).sources[0];
    const at = Int32Array.from(now.keys, (key) => (keys.includes(key) ? rows[keys.indexOf(key)] : -1));
    assert.deepEqual(drift, driftOf(entityTable(run), entityTable(earlier), at));
    assert.equal(drift?.entities, keys.length);
    assert.ok(drift && drift.cosine > 0.98 && drift.cosine < 1, `${drift?.cosine}`);
  });

  it('stopped in the middle and resumed ends with the same weights, bit for bit', async () => {
    const stop = new AbortController();
    const stopped = join(folder(), 'stopped');
    const incremental = { epochs: 3 };
    const whole = await goOn({ evaluateEvery: 1, incremental });
    await assert.rejects(
      (async () => {
        await beginRetraining({
          ...{ dataset, target: 'here', split, evaluation: EVALUATION, teacher, from: earlier },
          settings: studentSchema.parse({ dim: DIM, epochs: 3, batch: 64, evaluateEvery: 1, incremental }),
          ...{ folder: stopped, id: 'stopped' },
        });
        await runFolder(stopped, 'student', {
          ...ONE,
          signal: stop.signal,
          onEvent: ({ type }) => type === 'evaluated' && stop.abort(),
        });
      })(),
      { code: 'INTERRUPTED' },
    );
    await resumeRun(stopped, ONE);
    for (const name of [files.model, files.checkpoint])
      assert.deepEqual(
        readTensors(join(stopped, name)).tensors,
        readTensors(join(whole, name)).tensors,
        name,
      );
    assert.deepEqual(readRecord(stopped).drift, readRecord(whole).drift);
  });

  for (const [how, settings] of [
    ['', {}],
    [' by Adam with sampled negatives', { negatives: 8, optimiser: 'adam', learningRate: 0.01 }],
  ] as const)
    it(`leaves the vectors of frozen labels as they were, bit for bit${how}`, async () => {
      const incremental = { frozen: ['Hub'], anchor: 0, epochs: 1 };
      const frozen = await goOn({ ...settings, incremental });
      const { keys } = here.entities;
      for (const key of keys.filter((one) => !past.gone.includes(one))) {
        const [now, was] = [vectorOf(frozen, key), vectorOf(earlier, key)];
        if (key.includes('Hub')) assert.deepEqual(now, was, key);
      }
      const moved = keys.filter(
        (key) => `${vectorOf(frozen, key)}` !== `${vectorOf(frozen, key, files.start)}`,
      );
      assert.ok(moved.length > keys.length / 2 && moved.every((key) => !key.includes('Hub')));
    });

  it('is refused with another size or geometry, an unknown label to freeze, and nothing to learn', async () => {
    const refused = (settings: object, code: string, message: RegExp, change: object = {}) =>
      assert.rejects(goOn(settings, change), { code, message });
    await refused({ dim: 16 }, 'USAGE', /has dim 8/);
    await refused({ geometry: 'unit' }, 'USAGE', /has geometry dot/);
    await refused({ incremental: { frozen: ['Nothing'] } }, 'USAGE', /no label Nothing/);
    await refused({ incremental: { replay: 0 } }, 'NO_DATA', /No fact has changed/, { from: run });
  });

  it('finds what changed among more facts than a call has arguments', () => {
    const count = 200_000;
    const facts = (last: number): Split['train'] => ({
      head: Int32Array.from({ length: count }, (_, i) => i % 1000),
      relation: new Int32Array(count),
      tail: Int32Array.from({ length: count }, (_, i) => (i === count - 1 ? last : Math.floor(i / 1000))),
    });
    const none = pickTriples(facts(0), []);
    const from = folder();
    const nothing = new Int32Array(0);
    const kept = { train: facts(300), valid: none, test: none };
    writeFacts(from, { split: kept, background: none, votes: nothing, label: nothing });
    writeEntities(from, { sources: [], relations: ['R'], degree: [] });
    const now = trainingQueries([{ triples: facts(301), weight: 1 }], 1000, 1);
    const earlier = Int32Array.from({ length: 1000 }, (_, i) => i);
    const { row } = changesSince(from, now, { earlier, known: 1000, names: ['R'] });
    assert.deepEqual(
      [...row.keys()].filter((i) => row[i] === 1),
      [300, 301, 999],
    );
  });

  it('of a path encoder trains on all, as walks go anywhere', async () => {
    const gru = { encoder: 'gru', n3: 0, epochs: 1 };
    const first = await trainStudent(world, undefined, gru);
    const later = join(folder(), 'later');
    await beginRetraining({
      ...{ dataset, target: 'here', split, evaluation: EVALUATION, from: first, folder: later, id: 'later' },
      settings: studentSchema.parse({ dim: DIM, ...gru }),
    });
    const { queries, trainedQueries } = readRecord(later).counts;
    assert.equal(trainedQueries, queries);
  });
});
