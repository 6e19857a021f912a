import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkResume, warnOfChanges } from '../../src/commands/resumed.js';
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
  const heldOut = { valid: 0.1, test: 0.1 };
  warnOfChanges(run, { ...settings, evaluation, heldOut }, out);
  assert.deepEqual(told, []);
  const now = { ...settings, dim: 16, evaluation: { ...evaluation, candidates: 'all' } };
  warnOfChanges(run, now, out);
  assert.deepEqual(told, [
    'films-1 keeps the settings that it was begun with; the configuration has others by now: student.dim, evaluation',
  ]);
  const held = { valid: 0.1, test: 0.2, links: 0, key: 'a' };
  warnOfChanges({ ...run, heldOut: { ...held, test: 0.1 } }, { ...settings, heldOut: held }, out);
  assert.match(told[1], /by now: heldOut$/);
});

test('flags that say how a run is begun do not stand beside --resume, nor --run without it', () => {
  assert.doesNotThrow(() => checkResume({ resume: true, run: 'films-1' }, ['teacher']));
  assert.doesNotThrow(() => checkResume({ teacher: 'teacher-1' }, ['teacher']));
  assert.throws(() => checkResume({ run: 'films-1' }, []), { code: 'USAGE', next: /Add --resume/ });
  assert.throws(() => checkResume({ resume: true, 'no-teacher': true }, ['teacher', 'no-teacher']), {
    code: 'USAGE',
    message: /--resume and --no-teacher cannot be together/,
  });
});
