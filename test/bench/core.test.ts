import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { chosen } from '../../bench/core/choice.js';
import { coreJob, HELD_OUT } from '../../bench/core/job.js';
import type { Answer, Asked } from '../../bench/core/messages.js';
import { openProduct, type Side } from '../../bench/core/sides.js';
import { compare, lossesApart, ranksApart } from '../../bench/core/turns.js';
import { median } from '../../bench/median.js';
import { KgmentorError } from '../../src/errors.js';
import { knownAnswers } from '../../src/evaluate/filters.js';
import { readTensors } from '../../src/model/safetensors.js';
import { writeJob } from '../../src/train/job.js';
import { newFolder, smallDbp5l } from './_smallDbp5l.js';

const options = { data: '', target: 'el', turns: 7, steps: 20, seed: 1, threads: 1, json: false };
const says = (pattern: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && pattern.test(`${error.code} ${error.message}`);

describe('the choice of a bench of the training core', () => {
  it('is all encoders, or those that are named', () => {
    assert.deepEqual(chosen(options).encoders, ['complex', 'distmult', 'transe', 'rsn', 'transformer']);
    assert.deepEqual(chosen({ ...options, encoder: 'rsn,complex' }).encoders, ['rsn', 'complex']);
  });

  it('refuses unknown names and numbers that count nothing', () => {
    assert.throws(
      () => chosen({ ...options, encoder: 'complex,hole' }),
      says(/^USAGE --encoder hole: one of complex/),
    );
    assert.throws(() => chosen({ ...options, target: 'de' }), says(/^USAGE --target de: one of el/));
    assert.throws(() => chosen({ ...options, turns: 0 }), says(/^USAGE --turns is 0/));
    assert.throws(() => chosen({ ...options, steps: Number.NaN }), says(/^USAGE --steps is NaN/));
  });
});

describe('paired turns', () => {
  const asked: Asked = { ask: 'train', steps: 2 };
  const sideOf = (name: Side['name'], answers: Answer[], order: string[] = []): Side => ({
    name,
    async ask() {
      order.push(name);
      return answers.shift() as Answer;
    },
    async close() {},
  });
  const common = { what: 'a step', bar: 1, each: 2, apart: lossesApart, most: 1e-3 };
  const losses = [2, 1];

  it('tell the median of the ratios, without the first turn, and change who begins', async () => {
    const order: string[] = [];
    const times = (...all: number[]) => all.map((cpuMs): Answer => ({ cpuMs, losses }));
    const product = sideOf('kgmentor', times(900, 10, 30, 20), order);
    const torch = sideOf('PyTorch', times(1, 20, 20, 20), order);
    const compared = await compare([product, torch], asked, { ...common, turns: 3 });
    assert.equal(compared.ratio, 1);
    assert.deepEqual(compared.ratios, [0.5, 1.5]);
    assert.deepEqual([compared.productMs, compared.torchMs], [10, 10]);
    const [a, b] = ['kgmentor', 'PyTorch'];
    assert.deepEqual(order, [a, b, b, a, a, b, b, a]);
  });

  it('refuse to compare times of different results', async () => {
    const sides = (other: number[]): [Side, Side] => [
      sideOf('kgmentor', [{ cpuMs: 1, losses }]),
      sideOf('PyTorch', [{ cpuMs: 1, losses: other }]),
    ];
    for (const other of [[2, 1.01], [2], [2, Number.NaN]])
      await assert.rejects(
        compare(sides(other), asked, { ...common, turns: 1 }),
        says(/^UNEXPECTED a step: the results/),
      );
  });

  it('count the ranks that differ, and take the middle of an even number of values', () => {
    assert.equal(ranksApart({ cpuMs: 1, ranks: [1, 2.5] }, { cpuMs: 1, ranks: [1, 3] }), 1);
    assert.ok(Number.isNaN(ranksApart({ cpuMs: 1 }, { cpuMs: 1, ranks: [1] })));
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });
});

describe('the product’s side', () => {
  const sides: Side[] = [];
  after(() => Promise.all(sides.map((side) => side.close())));
  const job = coreJob(smallDbp5l(), { encoder: 'complex', target: 'el', seed: 1 });

  it('begins each turn at the same weights, and its exact model has the ranks that its tables say', async () => {
    const folder = newFolder();
    writeJob(folder, job);
    const product = await openProduct(folder, 3, 1);
    sides.push(product);
    const first = await product.ask({ ask: 'train', steps: 3 });
    const again = await product.ask({ ask: 'train', steps: 3 });
    assert.deepEqual(again.losses, first.losses);
    assert.ok(Number(first.losses?.[2]) < Number(first.losses?.[0]));
    assert.ok(first.cpuMs > 0);

    const { tensors } = readTensors(path.join(folder, 'ranking.safetensors'));
    const { ranks } = await product.ask({ ask: 'rank', times: 1 });
    const asked = job.evaluations[HELD_OUT];
    const [offset, left] = ['offset', 'entity'].map((name) => [...tensors[`asked/filter.${name}`].data]);
    for (const [i, answer] of asked.answer.entries())
      assert.deepEqual(
        left.slice(offset[i], offset[i + 1]),
        [...knownAnswers(asked.filter, i)].filter((one) => one !== answer),
      );
    const row = (name: string, i: number) => {
      const [, width] = tensors[name].shape;
      return [...tensors[name].data.subarray(i * width, (i + 1) * width)];
    };
    const expected = Array.from(asked.answer, (answer, i) => {
      const [h, r] = [row('entity', asked.entity[i]), row('relation', asked.relation[i])];
      const half = h.length / 2;
      const score = (t: number[]) =>
        t.reduce((sum, x, j) => {
          const k = j % half;
          const [a, b, c, d] = [h[k], h[k + half], r[k], r[k + half]];
          return sum + x * (j < half ? a * c - b * d : a * d + b * c);
        }, 0);
      const known = knownAnswers(asked.filter, i);
      const right = score(row('entity', answer));
      let rank = 1;
      for (let c = 0; c < job.entities; c++)
        if (c !== answer && !known.includes(c)) rank += (Math.sign(score(row('entity', c)) - right) + 1) / 2;
      return rank;
    });
    assert.deepEqual(ranks, expected);
  });

  it('hands out batches in which the answers of each query stand together', async () => {
    const { tensors } = readTensors(path.join(await exported(), 'batches.safetensors'));
    const total = [...tensors['0/answerWeight'].data].reduce((sum, weight) => sum + weight, 0);
    const queries = tensors['0/entity'].data.length;
    assert.equal(tensors['0/offset'].data.length, queries + 1);
    assert.equal(tensors['0/offset'].data[queries], tensors['0/answer'].data.length);
    assert.ok(Math.abs(total - tensors['0/answer'].data.length / queries) < 1e-4, 'a mean over the queries');
  });

  async function exported(): Promise<string> {
    const folder = newFolder();
    writeJob(folder, job);
    sides.push(await openProduct(folder, 1, 1));
    return folder;
  }
});
