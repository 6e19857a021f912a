import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { files } from '../../src/train/job.js';
import { appendTrace, cutTrace } from '../../src/train/trace.js';
import { folder } from './_graph.js';

test('a trace is cut to the epochs of the checkpoint, and of a line that was cut off', () => {
  const run = folder();
  cutTrace(run, 3); // a run that told nothing yet
  appendTrace(run, { type: 'walks', length: 3 });
  for (let epoch = 1; epoch <= 5; epoch++) {
    appendTrace(run, { type: 'epoch', epoch });
    appendTrace(run, { type: 'evaluated', epoch });
  }
  appendFileSync(join(run, files.trace), '{"type":"epo');
  cutTrace(run, 2);
  appendTrace(run, { type: 'epoch', epoch: 3 });
  const lines = readFileSync(join(run, files.trace), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { type: 'epoch', epoch: 1 },
      { type: 'evaluated', epoch: 1 },
      { type: 'epoch', epoch: 2 },
      { type: 'evaluated', epoch: 2 },
      { type: 'epoch', epoch: 3 },
    ],
  );
});
