import assert from 'node:assert/strict';
import test from 'node:test';
import { randomJob } from '../../bench/gpu/job.js';
import { compare, runGpu } from '../../bench/gpu/run.js';

const size = { entities: 200, triples: 2000, dim: 8 };

test('the bench of a GPU compares rates and losses of turns, here of the CPU with itself', async () => {
  const devices = { cpu: '-1', gpu: '-1' };
  const { cpu, gpu, ratio, lossDifference } = await compare(
    'complex',
    { ...size, turns: 2, epochs: 3, threads: 1 },
    devices,
  );
  assert.equal(gpu.gpu, false);
  assert.equal(gpu.device, 'the CPU');
  assert.ok(cpu.rowsPerSecond > 0 && Number.isFinite(cpu.rowsPerSecond));
  assert.ok(ratio.least > 0 && ratio.least <= ratio.median && ratio.median <= ratio.most);
  assert.equal(lossDifference, 0, 'one device gives the same bits twice');
});

test('its job is the same each time and has facts of unlike frequency', () => {
  const { queries } = randomJob('complex', size, 2);
  assert.deepEqual(queries, randomJob('complex', size, 2).queries);
  const degree = new Int32Array(size.entities);
  for (const answer of queries.answer) degree[answer]++;
  const sorted = [...degree].sort((a, b) => b - a);
  assert.ok(sorted[0] > 10 * sorted[size.entities / 2]);
});

test('it refuses encoders that are not there and single epochs', async () => {
  const bench = { ...size, encoders: ['complex'], turns: 1, epochs: 2, json: true };
  await assert.rejects(runGpu({ ...bench, encoders: ['conve'] }), { code: 'USAGE' });
  await assert.rejects(runGpu({ ...bench, epochs: 1 }), { code: 'USAGE' });
});
