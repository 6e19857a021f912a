import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ConfigInput } from '../../../src/config.js';
import { jobId } from '../../../src/operate/queue/ids.js';
import { idOf, studentConfig, teacherConfig, wholeConfig } from '../../../src/operate/queue/jobs.js';
import { parseConfig } from '../../../src/settings.js';
import { student, teacher } from './_jobs.js';

const config = (more: Partial<ConfigInput> = {}) =>
  parseConfig(
    {
      sources: {
        films: { nodes: [{ label: 'Film', key: 'id' }] },
        books: { nodes: [{ label: 'Book', key: 'id' }] },
      },
      alignments: [{ file: path.resolve('/data/links/a.tsv'), between: ['films', 'books'] }],
      ...more,
    },
    'test',
  );
const idWith = (more: Partial<ConfigInput>, folder = '/data') =>
  idOf(student('d', { config: studentConfig(config(more), path.resolve(folder)) }));

describe('the id of a job', () => {
  it('is the same for equal jobs, in whichever order they are written', () => {
    assert.equal(
      jobId('films', { a: 1, b: { c: [2], d: 3 } }),
      jobId('films', { b: { d: 3, c: [2] }, a: 1 }),
    );
    assert.match(idOf(student('d')), /^films-[0-9a-f]{16}$/);
    assert.match(idOf(teacher('d')), /^teacher-[0-9a-f]{16}$/);
  });

  it('is another for other data, another teacher, another database, another target', () => {
    const jobs = [
      student('d'),
      student('e'),
      student('d', { teacher: 'teacher-1' }),
      student('d', { databases: { films: 'other' } }),
      student('d', { target: 'books' }),
      student('d', { again: '2026-01-01T00:00:00Z' }),
      student('d', { from: 'films-1' }),
    ];
    assert.equal(new Set(jobs.map(idOf)).size, jobs.length);
    assert.equal(idOf(student('d', { from: 'films-2' })), idOf(student('d', { from: 'films-1' })));
  });

  it('depends on what a student is made from, and on nothing else of the configuration', () => {
    const plain = idWith({});
    assert.equal(idWith({ runs: 'elsewhere' }), plain);
    assert.equal(idWith({ search: { trials: 3 } }), plain);
    assert.equal(idWith({ teacher: { dim: 512 } }), plain);
    assert.notEqual(idWith({ student: { seed: 2 } }), plain);
    assert.notEqual(idWith({ heldOut: { test: 0.2 } }), plain);
    assert.notEqual(idWith({ gate: { tolerance: 0.2 } }), plain);
    const teacherId = (more: Partial<ConfigInput>) =>
      idOf({ ...teacher('d'), config: teacherConfig(config(more), '/data') });
    assert.equal(teacherId({ student: { seed: 2 } }), teacherId({}));
    assert.notEqual(teacherId({ teacher: { dim: 512 } }), teacherId({}));
  });

  it('holds no colon, which Redis keys are parted by', () => {
    assert.doesNotMatch(jobId('a:b/c', {}), /[:/]/);
  });
});

describe('a configuration that a job brings along', () => {
  it('finds link files from the folder of whoever works', () => {
    const job = student('d', { config: studentConfig(config(), path.resolve('/data')) });
    const sent = JSON.parse(JSON.stringify(job)) as typeof job;
    assert.equal(idOf(sent), idOf(job));
    const whole = wholeConfig(sent, path.resolve('/elsewhere'), '/runs');
    assert.deepEqual(whole.alignments, [
      { file: path.resolve('/elsewhere/links/a.tsv'), between: ['films', 'books'] },
    ]);
    assert.equal(whole.runs, '/runs');
    assert.deepEqual(whole.student, config().student);
  });
});
