import './_here.js';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../src/config.js';
import type { TrainingPlan } from '../src/train/plan/plan.js';
import { kgmentor } from './_cli.js';
import { run, useGraph } from './_neo4j.js';

const N = 24;
const held = useGraph();
const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-cli-'));
after(() => rmSync(folder, { recursive: true }));
// Other tests plan in the machine's folder meanwhile.
process.env.TMPDIR = mkdtempSync(path.join(folder, 'tmp-'));

const config = (change: object = {}): ConfigInput => ({
  sources: {
    film: { nodes: [{ label: 'Film', key: 'id' }] },
    book: { nodes: [{ label: 'Book', key: 'id' }] },
  },
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.1, test: 0.1 },
  teacher: { dim: 8, epochs: 3, batch: 8, ...change },
  student: { dim: 8, epochs: 2, batch: 8, ...change },
});
const cli = (...args: string[]) => kgmentor([...args, '--threads', '1'], { cwd: folder });

describe('a plan of a training', () => {
  before(async () => {
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(config()));
    writeFileSync(path.join(folder, 'large.json'), JSON.stringify(config({ dim: 200_000_000 })));
    for (const label of ['Film', 'Book'])
      await run(
        held.graph,
        `UNWIND range(0, $n - 1) AS i MERGE (a:${label} {id: i}) MERGE (b:${label} {id: (i + 1) % $n}) MERGE (a)-[:NEXT]->(b)`,
        { n: N },
      );
    await run(held.graph, 'MATCH (a:Film), (b:Book {id: a.id}) MERGE (a)-[:SAME_AS]->(b)');
  });

  it('is told of a teacher, and nothing is trained or kept', async () => {
    const { code, stdout, stderr } = await cli('pretrain', '--plan');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^teacher: 24 rows, 1 relations, \d+ queries an epoch$/m);
    assert.match(
      stdout,
      /^memory: about \d+ MB \(program 400.*\) beside \d+ MB .* the machine has [\d,]+ MB$/m,
    );
    assert.match(stdout, /^steps: 6 an epoch, 18 in 3 epochs$/m);
    assert.match(stdout, /^time: .* at most; .* s a step, the median of 18 tried\)/m);
    assert.ok(!existsSync(path.join(folder, 'runs')));
  });

  it('is told of a student by its own steps', async () => {
    const { code, stdout, stderr } = await cli('retrain', 'book', '--no-teacher', '--plan', '--json');
    assert.equal(code, 0, stderr);
    const plan = JSON.parse(stdout) as TrainingPlan;
    assert.deepEqual([plan.role, plan.rows, plan.epochs], ['student', N, 2]);
    assert.equal(plan.steps, 2 * Math.ceil(plan.queries / 8));
    assert.ok(plan.seconds.all > 0 && plan.memory.peakMb > 100);
    assert.ok(!existsSync(path.join(folder, 'runs')));
  });

  it('refuses what cannot fit, and names the setting', async () => {
    for (const [args, setting] of [
      [['pretrain'], 'teacher'],
      [['retrain', 'book', '--no-teacher'], 'student'],
    ] as const) {
      const { code, stderr } = await cli(...args, '--plan', '--config', 'large.json');
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(`Training this ${setting} would need about [\\d,]+ MB`));
      assert.match(stderr, new RegExp(`This would fit: ${setting}\\.dim \\d+ instead of 200000000`));
    }
    assert.deepEqual(
      readdirSync(os.tmpdir()).filter((name) => name.startsWith('kgmentor-plan-')),
      [],
    );
  });

  it('is of one training from its beginning', async () => {
    for (const [args, flag] of [
      [['pretrain', '--resume'], 'resume'],
      [['pretrain', '--grow-links'], 'grow-links'],
      [['retrain', 'book', '--resume'], 'resume'],
      [['retrain', '--targets', 'book,film'], 'targets'],
    ] as const) {
      const { code, stderr } = await cli(...args, '--plan');
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(`--plan and --${flag} cannot be together`));
    }
  });
});
