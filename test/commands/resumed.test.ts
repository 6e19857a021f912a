import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warnOfChanges } from '../../src/commands/resumed.js';
import { studentSchema } from '../../src/config.js';

test('a run that goes on says which settings of the configuration it does not have', () => {
  const settings = studentSchema.parse({ dim: 8 });
  const evaluation = { directions: 'both', candidates: 'label' };
  const run = {
    id: 'films-1',
    kind: 'student',
    settings: JSON.parse(JSON.stringify({ ...settings, evaluation })),
  } as const;
  const told: string[] = [];
  const out = { warn: (line: string) => void told.push(line) };
  warnOfChanges(run, { ...settings, evaluation }, out);
  assert.deepEqual(told, []);
  const now = { ...settings, dim: 16, evaluation: { ...evaluation, candidates: 'all' } };
  warnOfChanges(run, now, out);
  assert.deepEqual(told, [
    'films-1 keeps the settings that it was begun with; the configuration has others by now: student.dim, evaluation',
  ]);
});
