import '../_here.js';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { type StudentSettings, studentSchema, teacherSchema } from '../../src/config.js';
import type { KgmentorEvent } from '../../src/events.js';
import { linkClasses } from '../../src/kg/classes.js';
import { growByStructure } from '../../src/kg/growStructure.js';
import { linkPrecision } from '../../src/kg/linkPrecision.js';
import { keepLinks, splitLinks } from '../../src/kg/linkSample.js';
import { nameLinks, resolveLinks, withLinks } from '../../src/kg/namedLinks.js';
import type { Dataset, Split } from '../../src/kg/types.js';
import { readModelEntities, readRecord } from '../../src/train/folder.js';
import { type GrowOutcome, growLinks } from '../../src/train/growLinks.js';
import { growStateOf } from '../../src/train/growState.js';
import { heldOut } from '../../src/train/heldOut.js';
import { files, readJob } from '../../src/train/job.js';
import { readLinkFile } from '../../src/train/linkFiles.js';
import type { PretrainInput } from '../../src/train/pretrain.js';
import { beginRetraining, type RetrainInput, retrain } from '../../src/train/retrain.js';
import { retold } from '../kg/_retold.js';
import { folder } from './_graph.js';
import { EVALUATION, ONE } from './_runs.js';
import { HELD_OUT } from './_world.js';

const SIZE = 300;
const whole = retold(SIZE, 0.7);
const few = keepLinks(whole, { share: 0.3, seed: 1 });
const { chosen: withheld, rest } = splitLinks(few, { share: 0.2, purpose: 'held out', key: 'a test' });
const dataset: Dataset = { ...few, alignments: rest };
const splits = heldOut(dataset, HELD_OUT);

const grow = (
  change: Partial<PretrainInput> & { epochs?: number } = {},
  rounds = 2,
  options: object = {},
) => {
  const { epochs = 2, ...more } = change;
  return growLinks(
    {
      dataset,
      withheld,
      splits,
      settings: teacherSchema.parse({ dim: 8, epochs, batch: 256, evaluateEvery: 1 }),
      folder: join(folder(), 'teacher'),
      id: 'teacher-1',
      ...more,
    },
    { rounds, precision: 0.9 },
    { ...ONE, ...options },
  );
};
const trainOnly = (all: Readonly<Record<string, Split>>): Dataset => ({
  ...dataset,
  sources: dataset.sources.map((source) => ({ ...source, triples: all[source.name].train })),
});

describe('a teacher that grows links', () => {
  let one: GrowOutcome;
  let two: GrowOutcome;
  const events: KgmentorEvent[] = [];
  before(async () => {
    one = await grow({}, 1);
    two = await grow({}, 2, { onEvent: (event: KgmentorEvent) => events.push(event) });
  });

  it('adds in one round what the structure of its training facts is sure of', () => {
    const expected = growByStructure(trainOnly(splits), { precision: 0.9, key: 'kgmentor' });
    assert.ok(expected.left.length > rest.left.length, `${expected.left.length} links`);
    assert.deepEqual(readLinkFile(one.folder, 'grown'), nameLinks(dataset.sources, expected));
    assert.deepEqual(one.rounds, [{ byVectors: 0, byStructure: expected.left.length }]);
    assert.equal(one.links, expected.left.length);
  });

  it('merges the added links in the model, and judges them by the withheld ones', () => {
    const added = resolveLinks(dataset.sources, readLinkFile(one.folder, 'grown'));
    const { sources } = readModelEntities(one.folder);
    const merged = added.left.filter(
      (entity, i) =>
        sources[added.leftSource[i]].rows[entity] === sources[added.rightSource[i]].rows[added.right[i]],
    );
    assert.ok(merged.length > 0.9 * added.left.length, 'all but the losers of conflicts');
    const sizes = [SIZE, SIZE, SIZE];
    assert.deepEqual(one.judged, linkPrecision(sizes, rest, withheld, added));
    const { judged, right, precision } = one.judged ?? assert.fail('nothing judged');
    assert.ok(judged > 20 && right / judged === precision && precision > 0.8, `${right} of ${judged}`);
  });

  it('trains once more with the vectors of the round before, and leaves no round behind', () => {
    const state = growStateOf(two.folder) ?? assert.fail('no state');
    assert.deepEqual(state.done, two.rounds);
    assert.ok(two.rounds.length === 2 && two.rounds[0].byVectors === 0);
    const record = readRecord(two.folder);
    assert.equal(record.status, 'done');
    assert.equal(record.from?.id, 'teacher-1-round-1');
    assert.ok(record.counts.rowsOfEarlier > 0);
    assert.ok(!readdirSync(two.folder).some((name) => name.startsWith('round-')));
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'grown' ? [event.round] : [])),
      [1, 2],
    );
    const links = readLinkFile(two.folder, 'grown');
    assert.equal(two.links, links.length);
    assert.ok(links.every(({ confidence }) => confidence > 0 && confidence <= 1));
  });

  it('never looks at held-out facts or withheld links', async () => {
    const empty = { head: new Int32Array(0), relation: new Int32Array(0), tail: new Int32Array(0) };
    const blind = Object.fromEntries(
      Object.entries(splits).map(([name, split]) => [name, { ...split, valid: empty, test: empty }]),
    );
    const bare = await grow({ dataset: trainOnly(splits), splits: blind, withheld: undefined }, 1);
    assert.deepEqual(readLinkFile(bare.folder, 'grown'), readLinkFile(one.folder, 'grown'));
    assert.equal(bare.judged, undefined);
  });

  it('grows links of its own sources only', async () => {
    const [a, b] = dataset.sources;
    const settings = teacherSchema.parse({ dim: 8, epochs: 1, batch: 256, sources: [a.name, b.name] });
    const { folder: run, links } = await grow(
      { dataset: keepLinks(whole, { share: 0.8, seed: 1 }), settings },
      1,
    );
    const named = readLinkFile(run, 'grown');
    assert.ok(links > 0 && named.every(({ left, right }) => left.source === 's0' && right.source === 's1'));
  });

  it('goes on after a stop as if there had been none', async () => {
    for (const after of [1, 2]) {
      const run = join(folder(), 'teacher');
      const stop = new AbortController();
      let round = 0;
      const onEvent = (event: KgmentorEvent) => {
        if (event.type === 'grown') round = event.round;
        if (event.type === 'epoch' && round === after) stop.abort();
      };
      await assert.rejects(grow({ folder: run }, 2, { onEvent, signal: stop.signal }), {
        code: 'INTERRUPTED',
      });
      assert.equal(readRecord(run).status, 'interrupted');
      const resumed = await grow({ folder: run }, 2, { resume: true });
      assert.deepEqual(resumed.rounds, two.rounds);
      for (const name of [files.model, files.entities, 'links.tsv'])
        assert.ok(readFileSync(join(run, name)).equals(readFileSync(join(two.folder, name))), name);
    }
  });

  it('does not go on with another graph, or with other facts held out', async () => {
    const run = join(folder(), 'teacher');
    const begun = { folder: run, heldOut: { ...HELD_OUT, links: 0 } };
    await grow(begun, 1);
    assert.deepEqual(readRecord(run).heldOut, begun.heldOut);
    await grow(begun, 1, { resume: true });
    await assert.rejects(
      grow({ ...begun, heldOut: { ...begun.heldOut, key: 'another' } }, 1, { resume: true }),
      { code: 'USAGE', message: /other held-out facts/, next: /Take heldOut back/ },
    );
    await assert.rejects(grow({ folder: run, dataset: whole }, 1, { resume: true }), {
      code: 'BAD_DATA',
      message: /not the one/,
    });
  });

  it('is trained as without growing where too few links are there to learn from', async () => {
    const scarce = keepLinks(whole, { share: 0.01, seed: 1 });
    const { links, rounds } = await grow({ dataset: scarce, splits: heldOut(scarce, HELD_OUT) }, 3);
    assert.equal(links, 0);
    assert.ok(rounds.length <= 2, 'nothing new ends it');
  });

  it('is trained once where one source is all, as there is nothing to link', async () => {
    const [source] = dataset.sources;
    const settings = teacherSchema.parse({ dim: 8, epochs: 1, batch: 256, sources: [source.name] });
    const begun: string[] = [];
    const { rounds, links } = await grow({ settings }, 2, {
      onEvent: (event: KgmentorEvent) => event.type === 'begun' && begun.push(event.folder),
    });
    assert.equal(begun.length, 1);
    assert.deepEqual([rounds, links], [[{ byVectors: 0, byStructure: 0 }], 0]);
  });

  it('hands its links on to its students', async () => {
    const target = 's2';
    const settings: StudentSettings = studentSchema.parse({ dim: 8, epochs: 1, batch: 256 });
    const input = { dataset, target, split: splits[target], settings, evaluation: EVALUATION, id: 'student' };
    const run = join(folder(), 'student');
    await retrain({ ...input, teacher: one.folder, folder: run }, ONE);
    const added = resolveLinks(dataset.sources, readLinkFile(one.folder, 'grown'));
    const ends = (classOf: readonly Int32Array[]) => {
      const others = new Set([...classOf[0], ...classOf[1]]);
      return classOf[2].filter((c) => others.has(c)).length;
    };
    const sizes = [SIZE, SIZE, SIZE];
    const join2 = (a: Int32Array, b: Int32Array) => Int32Array.from([...a, ...b]);
    const all = {
      leftSource: join2(rest.leftSource, added.leftSource),
      left: join2(rest.left, added.left),
      rightSource: join2(rest.rightSource, added.rightSource),
      right: join2(rest.right, added.right),
      confidence: Float32Array.from([...rest.confidence, ...added.confidence]),
    };
    const [before, after] = [rest, all].map((links) => ends(linkClasses(sizes, links).classOf));
    assert.ok(after > before);
    const { row } = readJob(run).teacher ?? assert.fail('no teacher');
    const { sources } = readModelEntities(one.folder);
    const others = new Set([...sources[0].rows, ...sources[1].rows]);
    assert.equal(row.subarray(0, SIZE).filter((at) => others.has(at)).length, after);
    assert.ok(!existsSync(join(run, 'withheld.tsv')));
  });
});

describe('a student that grows links', () => {
  const target = 's2';
  const settings: StudentSettings = studentSchema.parse({ dim: 8, epochs: 1, batch: 256 });
  /** All that the student may see. */
  const seen: Dataset = {
    ...dataset,
    sources: dataset.sources.map((source) =>
      source.name === target ? { ...source, triples: splits[target].train } : source,
    ),
  };
  const inputOf = (change: Partial<RetrainInput>): RetrainInput => ({
    dataset,
    target,
    split: splits[target],
    settings,
    evaluation: EVALUATION,
    grow: { precision: 0.9 },
    folder: join(folder(), 'student'),
    id: 'student',
    ...change,
  });
  /** Links are grown before a student is trained. */
  const grown = async (change: Partial<RetrainInput> = {}) => {
    const input = inputOf(change);
    await beginRetraining(input);
    return input.folder;
  };

  it('adds what the facts of all sources are sure of, and tells how many', async () => {
    const events: KgmentorEvent[] = [];
    const onEvent = (event: KgmentorEvent) => void events.push(event);
    const { folder: run } = await retrain(inputOf({}), { ...ONE, onEvent });
    const expected = growByStructure(seen, { precision: 0.9, key: 'kgmentor' });
    assert.deepEqual(readLinkFile(run, 'grown'), nameLinks(dataset.sources, expected));
    const told = events.find((event) => event.type === 'grown') ?? assert.fail('nothing told');
    assert.equal(told.byStructure, expected.left.length);
    const trained = events.filter((event) => ['begun', 'epoch', 'done'].includes(event.type));
    assert.deepEqual(
      trained.map((event) => [event.type, 'target' in event && event.target]),
      [
        ['begun', target],
        ['epoch', target],
        ['done', target],
      ],
    );
    assert.equal(readRecord(run).counts.grown, expected.left.length);
    const plain = await grown({ grow: undefined });
    assert.ok(readRecord(run).counts.background > readRecord(plain).counts.background);
    assert.ok(!existsSync(join(plain, 'links.tsv')));
  });

  it('learns how sure is sure from the links of the graph, not from those that its teacher grew', async () => {
    const { folder: teacher } = await grow({}, 1);
    const taught = readLinkFile(teacher, 'grown');
    assert.ok(taught.length > 0);
    const before = resolveLinks(dataset.sources, taught);
    const expected = growByStructure(seen, { precision: 0.9, key: 'kgmentor' }, before);
    const read = { ...dataset, alignments: withLinks(dataset, taught).alignments };
    for (const given of [dataset, read])
      assert.deepEqual(
        readLinkFile(await grown({ teacher, dataset: given }), 'grown'),
        nameLinks(dataset.sources, expected),
      );
  });

  it('never looks at held-out facts of the target', async () => {
    const { train } = splits[target];
    const blind: Split = { train, valid: splits[target].valid, test: train };
    const run = await grown();
    const other = await grown({ split: blind, dataset: trainOnly({ ...splits, [target]: blind }) });
    const bare = await grown({ dataset: trainOnly(splits) });
    assert.deepEqual(readLinkFile(other, 'grown'), readLinkFile(bare, 'grown'));
    assert.ok(readLinkFile(run, 'grown').length > 0);
  });

  it('is refused where batches come by Cypher', async () => {
    await assert.rejects(grown({ feed: async () => assert.fail('asked for batches') }), {
      code: 'USAGE',
      message: /the other sources whole/,
    });
  });
});
