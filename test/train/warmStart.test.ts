import '../_here.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readTensors } from '../../src/model/safetensors.js';
import { readModelEntities, readRecord } from '../../src/train/folder.js';
import { files } from '../../src/train/job.js';
import { folder } from './_graph.js';
import { trainTeacher } from './_runs.js';
import { makeWorld } from './_world.js';

const world = makeWorld();
/** The dataset with only one of the teacher's two sources. */
const alone = {
  ...world.supporters,
  sources: world.supporters.sources.slice(0, 1),
  alignments: {
    leftSource: new Int32Array(0),
    left: new Int32Array(0),
    rightSource: new Int32Array(0),
    right: new Int32Array(0),
    confidence: new Float32Array(0),
  },
};

const tensors = (run: string, file: string) => readTensors(join(run, file)).tensors;
const row = (run: string, file: string, at: number) => {
  const { shape, data } = tensors(run, file).entity;
  return [...data.subarray(at * shape[1], (at + 1) * shape[1])];
};

let earlier: string;
before(async () => {
  earlier = await trainTeacher(world, {}, { dataset: alone });
});

test('a teacher that goes on from an earlier one begins with its vectors, by key, and with its optimiser’s state', async () => {
  const joined = await trainTeacher(
    world,
    { epochs: 1 },
    { from: earlier, folder: join(folder(), 'joined') },
  );
  const known = readModelEntities(earlier).sources[0];
  const now = readModelEntities(joined).sources.find(({ name }) => name === known.name);
  assert.ok(now);
  for (const [i, key] of known.keys.entries()) {
    const at: number = now.rows[now.keys.indexOf(key)];
    assert.deepEqual(row(joined, files.start, at), row(earlier, files.model, known.rows[i]), key);
  }
  const kept = tensors(earlier, files.checkpoint)['entity.slot0'].data;
  assert.ok(
    tensors(joined, files.start)['entity.slot0'].data.some((x, i) => i < 8 && x > 0 && kept.length > 0),
  );
  assert.equal(readRecord(joined).from?.folder, earlier);
  assert.equal(readRecord(joined).counts.rowsOfEarlier, known.keys.length);
  const cold = await trainTeacher(world, { epochs: 1 }, { folder: join(folder(), 'cold') });
  const loss = (run: string) => Number(readRecord(run).result?.best);
  assert.notEqual(loss(joined), loss(cold));
});

test('an earlier teacher of another size is refused', async () => {
  await assert.rejects(
    trainTeacher(world, { dim: 16, epochs: 1 }, { from: earlier, folder: join(folder(), 'other') }),
    { code: 'USAGE', message: /has dim 8, and the configuration asks for 16/ },
  );
});
