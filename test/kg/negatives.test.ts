import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negativeSampler } from '../../src/kg/negatives.js';
import { seededRandom } from '../../src/kg/random.js';

const ROWS = 200;
/** Few rows are common, many are rare. */
const frequency = Int32Array.from({ length: ROWS }, (_, row) => Math.floor(1000 / (row + 1)));

/** Rows as often as their frequency says. */
function drawnByFrequency(count: number, random: () => number): Int32Array {
  const all = frequency.reduce((sum, times) => sum + times, 0);
  return Int32Array.from({ length: count }, () => {
    let left = random() * all;
    let row = 0;
    while (left >= frequency[row]) left -= frequency[row++];
    return row;
  });
}

const scores = Float64Array.from({ length: ROWS }, (_, row) => Math.sin(row) + (row < 5 ? 1 : 0));
const whole = scores.reduce((sum, score) => sum + Math.exp(score), 0);

/** Mean over draws of what the corrected exponentials sum up to. */
function summed(
  sampler: ReturnType<typeof negativeSampler>,
  needed: (random: () => number) => ArrayLike<number>,
) {
  const draws = 4000;
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    const random = seededRandom(1, draw);
    const { rows, correction } = sampler.draw([needed(random)], random);
    for (const [i, row] of rows.entries()) sum += Math.exp(scores[row] + correction[i]) / draws;
  }
  return sum;
}

test('corrected scores of a sample sum up to those of all rows, on average', () => {
  const sum = summed(negativeSampler(ROWS, 30, frequency), (random) => drawnByFrequency(20, random));
  assert.ok(Math.abs(sum / whole - 1) < 0.03, `${sum} of ${whole}`);
});

test('so they do, whatever rows are needed, where nobody knows how often that is', () => {
  // Common ones, rare ones, and none.
  for (const needed of [[0, 1, 2, 3, 4, 2], [150, 170, 190, 199], []]) {
    const sum = summed(negativeSampler(ROWS, 30), () => needed);
    assert.ok(Math.abs(sum / whole - 1) < 0.03, `${sum} of ${whole} with ${needed}`);
  }
});

test('a draw has distinct rows, those that are needed among them, and depends on its random numbers alone', () => {
  const sampler = negativeSampler(ROWS, 50, frequency);
  const draw = (seed: number) => sampler.draw([[7, 7, 3], [199]], seededRandom(seed));
  const first = draw(1);
  assert.equal(new Set(first.rows).size, first.rows.length);
  assert.ok(first.rows.length > 3 && first.rows.length <= 54);
  assert.deepEqual([...first.rows.slice(0, 3)], [7, 3, 199]);
  for (const [i, row] of first.rows.entries()) assert.equal(first.at(row), i);
  const rows = [...first.rows];
  assert.notDeepEqual([...draw(2).rows], rows);
  assert.deepEqual([...draw(1).rows], rows);
  const absent = Array.from({ length: ROWS }, (_, row) => row).find((row) => !rows.includes(row)) as number;
  assert.equal(draw(1).at(absent), -1);
});

test('as many negatives as there are rows are all rows, and nothing is corrected', () => {
  const { rows, correction } = negativeSampler(ROWS, ROWS, frequency).draw([[3]], seededRandom(1));
  assert.equal(rows.length, ROWS);
  assert.ok(correction.every((value) => value === 0));
});
