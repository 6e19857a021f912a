import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { read } from '../../src/model/ops.js';
import { optimiserOf } from '../../src/model/optimiser.js';
import { createTable, disposeTable } from '../../src/model/table.js';

const ROWS = 6;
const WIDTH = 4;
const numbers = (rows: number, seed: number) => gaussians(rows * WIDTH, 1, seededRandom(seed));

for (const name of ['adagrad', 'adam'] as const)
  test(`${name}: a step by rows is the step of the whole table, and leaves the other rows alone`, () => {
    const optimiser = optimiserOf(name);
    const [whole, some] = [0, 1].map(() => createTable([ROWS, WIDTH], numbers(ROWS, 1), optimiser.slots));
    const before = numbers(ROWS, 1);
    const chosen = [4, 1, 2];
    for (let count = 1; count <= 3; count++)
      tf.tidy(() => {
        optimiser.begin(count, 0.1);
        const rows = tf.tensor1d(chosen, 'int32');
        const gradient = tf.tensor2d(numbers(chosen.length, 1 + count), [chosen.length, WIDTH]) as Tensor2D;
        const scattered = tf.scatterND(tf.expandDims(rows, 1), gradient, [ROWS, WIDTH]) as Tensor2D;
        optimiser.apply(whole, scattered);
        optimiser.applyRows(some, rows, gradient);
      });
    const values = [whole, some].map(({ value }) => tf.tidy(() => read(value).arraySync() as number[][]));
    for (let row = 0; row < ROWS; row++)
      for (let i = 0; i < WIDTH; i++) {
        const expected = chosen.includes(row) ? values[0][row][i] : before[row * WIDTH + i];
        assert.ok(
          Math.abs(values[1][row][i] - expected) < 1e-5,
          `row ${row}: ${values[1][row][i]}, ${expected}`,
        );
      }
    for (const table of [whole, some]) disposeTable(table);
    optimiser.dispose();
  });
