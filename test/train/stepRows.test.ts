import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/model/backend.js';
import { createTable, disposeTable } from '../../src/model/table.js';
import { makeTargets } from '../../src/model/targets.js';
import { rowChooser } from '../../src/train/stepRows.js';
import { ROWS, teacherJob } from './_graph.js';

test('what a query brings along is not corrected for it: its entity, its known answers and its soft ones', () => {
  const table = createTable([ROWS, 2], new Float32Array(ROWS * 2), 1);
  const chooser = rowChooser(teacherJob({ negatives: 6 }), table);
  // The last position has a hidden entity, the second no known answer.
  const entity = Int32Array.of(5, 30, -1);
  const hard = makeTargets([0, 2, 2, 3], [7, 9, 11], () => 1);
  const soft = makeTargets([0, 2, 3, 3], [9, 20, 21], () => 0.5, { temperature: 2 });
  const own = [[5, 7, 9, 20], [30, 21], [11]];
  tf.tidy(() => {
    const needed = [entity.filter((row) => row >= 0), Int32Array.of(7, 9, 11), Int32Array.of(9, 20, 21)];
    const chosen = chooser.choose(needed, 1);
    const correction = chosen.correction([hard, soft].map(chosen.targets), entity);
    assert.ok(correction);
    const places = own.map((rows) => [...chosen.place(Int32Array.from(rows))]);
    const found: number[][] = own.map(() => []);
    for (const [i, row] of correction.row.entries()) found[row].push(correction.column[i]);
    for (const [row, columns] of found.entries())
      assert.deepEqual(
        columns,
        places[row].sort((a, b) => a - b),
      );
    assert.ok([...correction.value.dataSync()].every((value) => value > 0));
    assert.equal(chosen.entities.shape[0], correction.value.shape[0]);
  });
  chooser.dispose();
  disposeTable(table);
});
