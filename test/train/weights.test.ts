import '../_here.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { studentSchema, teacherSchema } from '../../src/config.js';
import { entityKey } from '../../src/kg/keys.js';
import type { Dataset } from '../../src/kg/types.js';
import { files } from '../../src/train/job.js';
import { pretrain } from '../../src/train/pretrain.js';
import { retrain } from '../../src/train/retrain.js';
import { alignments } from '../kg/_links.js';
import { folder } from './_graph.js';
import { plainScores } from './_plainRanks.js';
import { EVALUATION, ONE } from './_runs.js';

const HEADS = 12;
const [LEFT, RIGHT] = [HEADS, HEADS + 1];

/** Each head has both tails: which one a model prefers is a matter of weights alone. */
function twoTails(weights?: readonly [left: number, right: number]): Dataset {
  const rows = Array.from({ length: 2 * HEADS }, (_, i) => i);
  return {
    sources: [
      {
        name: 'here',
        entities: {
          keys: Array.from({ length: HEADS + 2 }, (_, e) => entityKey('X', [String(e).padStart(2, '0')])),
          labels: ['X'],
          label: new Int32Array(HEADS + 2),
        },
        triples: {
          head: Int32Array.from(rows, (i) => i % HEADS),
          relation: new Int32Array(rows.length),
          tail: Int32Array.from(rows, (i) => (i < HEADS ? LEFT : RIGHT)),
          ...(weights && { weight: Float32Array.from(rows, (i) => weights[i < HEADS ? 0 : 1]) }),
        },
      },
    ],
    relations: ['r'],
    alignments: alignments([]),
  };
}

const SETTINGS = { dim: 8, epochs: 40, batch: 8, n3: 0.001 };

async function teacher(weights?: readonly [number, number]): Promise<string> {
  const settings = teacherSchema.parse(SETTINGS);
  const input = { dataset: twoTails(weights), settings, folder: join(folder(), 'run'), id: 'one' };
  return (await pretrain(input, ONE)).folder;
}

async function student(weights?: readonly [number, number]): Promise<string> {
  const dataset = twoTails(weights);
  const { triples } = dataset.sources[0];
  const none = { head: new Int32Array(0), relation: new Int32Array(0), tail: new Int32Array(0) };
  const { folder: run } = await retrain(
    {
      dataset,
      target: 'here',
      split: { train: triples, valid: none, test: none },
      settings: studentSchema.parse(SETTINGS),
      evaluation: EVALUATION,
      folder: join(folder(), 'run'),
      id: 'one',
    },
    ONE,
  );
  return run;
}

/** How many heads have a better score with the left tail. */
function preferLeft(run: string): number {
  const score = plainScores(run);
  return Array.from({ length: HEADS }, (_, h) => score(h, 0, LEFT) - score(h, 0, RIGHT)).filter((d) => d > 0)
    .length;
}

for (const [role, train] of Object.entries({ teacher, student }))
  describe(`a ${role}`, () => {
    let heavy: string;
    before(async () => {
      heavy = await train([1.8, 0.2]);
    });

    it('scores the heavier of two answers higher', async () => {
      assert.equal(preferLeft(heavy), HEADS);
      assert.equal(preferLeft(await train([0.2, 1.8])), 0);
    });

    it('is bit for bit the same without weights and with weights of 1, and another one with others', async () => {
      const bytes = (run: string) => readFileSync(join(run, files.model)).toString('base64');
      const without = bytes(await train());
      assert.equal(bytes(await train([1, 1])), without);
      assert.notEqual(bytes(heavy), without);
    });
  });
