import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendsLines, backendsReport, demoMrr } from '../../bench/backends.js';
import { inTurns } from '../../bench/turns.js';

test('turns change who goes first, and each is told which it is', async () => {
  const order: string[] = [];
  const done = await inTurns(3, ['a', 'b'], async (way, turn) => order.push(`${way}${turn}`));
  assert.deepEqual(order, ['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  assert.deepEqual(done, [
    { a: 1, b: 2 },
    { b: 3, a: 4 },
    { a: 5, b: 6 },
  ]);
});

test('the demo on two backends is judged by the median of the turns', () => {
  const turn = (native: number, wasm: number) => ({
    native: { seconds: native, mrr: 0.75 },
    wasm: { seconds: wasm, mrr: 0.76 },
  });
  const held = backendsReport([turn(10, 20), turn(10, 100), turn(10, 40)]);
  assert.deepEqual([held.ratio, held.held], [4, true]);
  assert.match(
    backendsLines(held).join('\n'),
    /\nwasm +40\.0 +76\.00\n.*4\.00 \(2\.00, 10\.00, 4\.00\).* held$/,
  );
  const missed = backendsReport([turn(10, 51)]);
  assert.match(backendsLines(missed).join('\n'), / missed$/);
});

test('the figure of the demo is that of the student', () => {
  const said =
    '  target alone             53.97 ± 0.40\n  student                  76.17 ± 0.46  91.29 ± 0.16\n';
  assert.equal(demoMrr(said), 0.7617);
  assert.ok(Number.isNaN(demoMrr('no table')));
});
