/**
 * Runs the checks and the tests: `node dist/test/run.js [part of a file's name …]`. Each file has a process of its own.
 * Those that share a database run one after the other, and beside them, one at a time, those that need none. Where the
 * server was started for the tests, another one is started for half of those that need one. The last line counts what
 * passed and what failed.
 */
import { fork, spawnSync } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { connect } from '../src/graph/connect.js';
import { rows } from '../src/graph/rows.js';
import { startNeo4j } from '../src/setup/neo4j.js';
import { lanesOf } from './_lanes.js';

if (process.argv.includes('--help')) {
  console.log(
    'npm test -- [PART …]: the test files whose names contain a part, all and the checks without one',
  );
  process.exit(0);
}

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

/** Where this process runs the files of one lane for another, in a database of its own. */
const { KGMENTOR_TEST_LANE: given, KGMENTOR_NEO4J_STARTED: started } = process.env;
// What the tests themselves start is to know neither.
delete process.env.KGMENTOR_TEST_LANE;
delete process.env.KGMENTOR_NEO4J_STARTED;
if (given) {
  const report = new PassThrough();
  const ended = runLane(JSON.parse(given), report);
  for await (const text of report) process.stdout.write(text);
  await ended;
  await new Promise((resolve) => process.send?.(count, resolve));
  process.exit(0);
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
/** Runs files beside a server of their own, in a process of its own: its address is in the environment. */
async function runBeside(files: readonly string[], report: PassThrough): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'kgmentor-neo4j-'));
  const server = await startNeo4j({ home });
  try {
    const lane = fork(fileURLToPath(import.meta.url), [], {
      env: { ...process.env, NEO4J_URI: server.uri, KGMENTOR_TEST_LANE: JSON.stringify(files) },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    stop.signal.addEventListener('abort', () => lane.kill());
    let counted = false;
    lane.on('message', (more: typeof count) => {
      counted = true;
      for (const key of ['passed', 'failed', 'skipped'] as const) count[key] += more[key];
    });
    const closed = once(lane, 'close');
    await pipeline(lane.stdout as NodeJS.ReadableStream, report);
    await closed;
    if (!counted) count.failed++;
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const [sharing, alone] = lanesOf(testFiles());
// A person's own server is the only one that is used, and a few files are not worth another.
const isSplit = started === '1' && wanted.length === 0;
const half = (i: number) => sharing.filter((_, at) => at % 2 === i);
const lanes = [
  { files: isSplit ? half(0) : sharing, start: runLane },
  ...(isSplit ? [{ files: half(1), start: runBeside }] : []),
  { files: alone, start: runLane },
].map(({ files, start }) => {
  const report = new PassThrough({ highWaterMark: Number.MAX_SAFE_INTEGER });
  return { report, ended: start(files, report) };
});
// Reports wait in memory for the end of those before, so that they do not mix.
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
