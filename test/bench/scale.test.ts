import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaleLines } from '../../bench/scale/report.js';
import { measureScale } from '../../bench/scale/run.js';
import { STAGES } from '../../bench/scale/stages.js';
import { trained } from '../../bench/scale/training.js';
import { teacherSchema } from '../../src/config.js';
import { writePretraining } from '../../src/train/pretrain.js';
import { readModelVectors } from '../../src/train/runs.js';
import { useGraph } from '../_neo4j.js';
import { folder } from '../train/_graph.js';
import { makeWorld } from '../train/_world.js';

useGraph();

test('a short size goes through all stages, each measured in a process of its own', async () => {
  const report = await measureScale({
    triples: [3000],
    seed: 1,
    dim: 16,
    negatives: 64,
    threads: 1,
    limitMinutes: 5,
  });
  const [{ stages, entities }] = report.sizes;
  assert.deepEqual(Object.keys(stages), [...STAGES]);
  for (const [name, { seconds, peakMb }] of Object.entries(stages))
    assert.ok(seconds > 0 && Number(peakMb) > 20, name);
  assert.equal(entities, 300);
  assert.equal(stages.import.counts?.nodes, 300);
  assert.deepEqual(stages.read.counts, { ...stages.generate.counts });
  assert.equal(stages.import.counts?.relationships, 3000 + Number(stages.generate.counts?.links));
  const { rows } = stages.teacher.counts as { rows: number };
  assert.ok(rows > 200 && rows < 300, 'linked entities share a row');
  assert.ok(Number(stages.evaluate.counts?.queries) > 20);
  assert.ok(Number(stages.publish.counts?.nodes) > 50);
  for (const { waiting } of [stages.teacher, stages.student]) assert.ok(Number(waiting) < 1);
  const lines = scaleLines(report);
  assert.match(
    lines.join('\n'),
    /compares with 64 drawn entities[\s\S]*\nwaited for batches: teacher of 3,000 /,
  );
  assert.equal(lines.filter((line) => /^(generate|publish) /.test(line)).length, 2);
});

test('an epoch over the limit is estimated, and leaves a model for the stages after it', async () => {
  const run = folder();
  const settings = teacherSchema.parse({ dim: 8, epochs: 1, batch: 16 });
  writePretraining({ dataset: makeWorld().supporters, settings, folder: run, id: 'teacher' });
  const measured = await trained(run, { threads: 1, limitMinutes: 0 });
  assert.equal(measured.isEstimate, true);
  assert.ok(measured.seconds > 0);
  assert.equal(readModelVectors(run).dim, 8);
  const growth = { teacher: { seconds: null, last: null, peakMb: null } };
  const lines = scaleLines({
    seed: 1,
    negatives: 0,
    sizes: [{ triples: 10, entities: 1, stages: { teacher: measured } }],
    growth,
  });
  assert.match(lines.join('\n'), /^teacher +≈ [\s\S]*\n≈ an epoch longer than --limit/m);
});

test('stages, waiting and memory are held against their bars', () => {
  const size = (triples: number, seconds: number, waiting: number) => ({
    triples,
    entities: triples / 10,
    stages: { teacher: { seconds, peakMb: 7000, waiting }, read: { seconds, peakMb: 300 } },
  });
  const lines = (waiting: number, seconds: number, last = seconds) => {
    const growth = { seconds, last, peakMb: 0.5 };
    return scaleLines({
      seed: 1,
      negatives: 8,
      sizes: [size(1_000_000, 10, 0.01), size(5_000_000, 50, waiting)],
      growth: { teacher: growth, read: growth },
    }).join('\n');
  };
  assert.match(lines(0.04, 1.1), /teacher .* held\nread .* held\n/);
  assert.match(lines(0.06, 1.11), /teacher .* missed\nread .* missed\n/);
  assert.match(
    lines(0.06, 1),
    /\(≤ 5\.00%: missed\)\ntrainers .* 7,000 MB .*missed\)\nreaders .* 300 MB .*held\)/,
  );
});
