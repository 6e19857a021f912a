/**
 * Runs the checks and the tests: `node dist/test/run.js [part of a file's name …]`. Each file has a process of its own.
 * Those that share the one database run one after the other, and beside them, one at a time, those that need none. Its
 * last line counts what passed and what failed.
 */
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { connect } from '../src/graph/connect.js';
import { rows } from '../src/graph/rows.js';
import { lanesOf } from './_lanes.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '..', '..');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const FILE_MS = 300_000;

const count = { passed: 0, failed: 0, skipped: 0 };
const stop = new AbortController();
// The runner listens once a file.
setMaxListeners(0, stop.signal);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

/** A check of the whole repository, counted like a test. */
function check(title: string, script: string, args: readonly string[]): void {
  const done = spawnSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (done.status === 0) {
    count.passed++;
    console.log(`✔ ${title}`);
  } else {
    count.failed++;
    console.log(`✖ ${title}\n${done.stdout}${done.stderr}${done.error?.message ?? ''}`);
  }
}

function testFiles(): string[] {
  const all = readdirSync(here, { recursive: true }) as string[];
  return all
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
    .sort()
    .map((name) => path.join(here, name));
}

/** The tests empty their database, and one that holds nodes is somebody's own: how many it holds. */
async function nodesThere(uri: string): Promise<number> {
  const { NEO4J_USERNAME: username, NEO4J_PASSWORD: password, NEO4J_DATABASE: database } = process.env;
  const graph = await connect({ uri, username, password, database });
  try {
    return await graph.read(
      async (tx) => rows<{ n: number }>(await tx.run('MATCH (n) RETURN count(n) AS n'))[0].n,
    );
  } finally {
    await graph.close();
  }
}

const uri = process.env.NEO4J_URI;
const there = uri ? await nodesThere(uri) : 0;
if (there > 0) {
  console.log(`The tests empty their database, and the one at ${uri} holds ${there} nodes.`);
  console.log(
    'Name an empty one in NEO4J_URI or NEO4J_DATABASE, or take NEO4J_URI away: then one is started.',
  );
  console.log('0 passed, 1 failed');
  process.exit(2);
}

if (wanted.length === 0) {
  check('the sources are formatted and linted', '@biomejs/biome/bin/biome', ['check', '.']);
  check('the sources have sound types', 'typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']);
}
/** Runs files one after the other; their report goes to the stream, which is ended. */
async function runLane(files: readonly string[], report: PassThrough): Promise<void> {
  if (files.length === 0) return void report.end();
  // Each file's process may take its time limit; the whole run has none of its own.
  const events = run({ files: [...files], concurrency: 1, timeout: FILE_MS, signal: stop.signal });
  events.on('test:pass', (event) => {
    // A file without any test is reported as a passed test of its own name.
    if (event.details.type === 'suite' || files.includes(event.name)) return;
    count[event.skip || event.todo ? 'skipped' : 'passed']++;
  });
  events.on('test:fail', (event) => {
    // A suite that failed only through its tests is not one more failure.
    const { failureType } = event.details.error as Error & { failureType?: string };
    if (failureType !== 'subtestsFailed') count[event.todo ? 'skipped' : 'failed']++;
  });
  await pipeline(events.compose(new spec()), report);
}

const lanes = lanesOf(testFiles()).map((files) => {
  const report = new PassThrough({ highWaterMark: Number.MAX_SAFE_INTEGER });
  return { report, ended: runLane(files, report) };
});
// The second report waits in memory for the end of the first one, so that they do not mix.
for (const { report, ended } of lanes) {
  for await (const text of report) process.stdout.write(text);
  await ended;
}
const nothing = count.passed + count.failed === 0;
if (nothing) console.log(`No test ran${wanted.length > 0 ? `: none matches ${wanted.join(' ')}` : ''}.`);
if (stop.signal.aborted) console.log('Interrupted.');
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
process.exit(nothing || count.failed > 0 || stop.signal.aborted ? 1 : 0);
