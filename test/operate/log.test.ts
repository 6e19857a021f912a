import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { openLog } from '../../src/operate/log.js';
import { folder } from '../train/_graph.js';

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('a log holds one object a line, by its level, and is added to', () => {
  const to = join(folder(), 'deep', 'events.log');
  const first = openLog({ to, command: 'retrain' });
  first.onEvent({ type: 'read', source: 'films', entities: 3, triples: 4, relations: 1 });
  first.onEvent({ type: 'progress', name: 'vectors', done: 1 });
  first.onEvent({ type: 'warning', message: 'a warning' });
  first.close();
  first.onEvent({ type: 'warning', message: 'too late' });
  const second = openLog({ to, level: 'warn' });
  second.onEvent({ type: 'done', folder: 'runs/x' });
  const failed = { type: 'failed', role: 'student', target: 'films', folder: 'runs/x' } as const;
  second.onEvent({ ...failed, code: 'BAD_DATA', message: 'a sentence' });
  second.onEvent({ ...failed, code: 'INTERRUPTED', message: 'stopped' });
  second.close();
  const lines = linesOf(to);
  assert.deepEqual(
    lines.map(({ level, event }) => [level, event]),
    [
      ['info', 'read'],
      ['warn', 'warning'],
      ['error', 'failed'],
      ['warn', 'failed'],
    ],
  );
  const { time, pid, hostname, ...read } = lines[0];
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(pid, process.pid);
  assert.ok(hostname);
  assert.deepEqual(read, {
    level: 'info',
    command: 'retrain',
    event: 'read',
    source: 'films',
    entities: 3,
    triples: 4,
    relations: 1,
  });
});

it('an error stands in a log with its cause and without the password that it names', () => {
  const to = join(folder(), 'errors.log');
  const log = openLog({ to });
  const cause = new Error('redis://default:hunter2hunter2@127.0.0.1:6379 refused');
  const error = new KgmentorError('UNREACHABLE', 'No server answers.', { next: 'Start it.', cause });
  log.write('error', 'ended', { exitCode: 3, error });
  log.close();
  const [{ error: told }] = linesOf(to) as { error: Record<string, Record<string, string>> }[];
  assert.equal(told.code, 'UNREACHABLE');
  assert.equal(told.next, 'Start it.');
  assert.equal(told.cause.message, 'redis://[redacted]@127.0.0.1:6379 refused');
  assert.doesNotMatch(readFileSync(to, 'utf8'), /hunter2/);
});

it('a log that cannot be opened is refused with what to do', () => {
  assert.throws(() => openLog({ to: folder() }), { code: 'USAGE', message: /cannot be written: .*EISDIR/ });
});
