/**
 * Runs the checks and the tests: `node dist/test/run.js [part of a file's name …]`. Each file has a process of its own.
 * Those that share a database run one after the other, and beside them, one at a time, those that need none. Where the
 * server was started for the tests, another one is started, and whichever is idle takes the next file that needs one.
 * The last line counts what passed and what failed.
 */
import { fork, spawnSync } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { connect } from '../src/graph/connect.js';
import { rows } from '../src/graph/rows.js';
import { startNeo4j } from '../src/setup/neo4j.js';
import { lanesOf, longestFirst } from './_lanes.js';

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

/** The next file of a lane; none is left where it is undefined. */
type Next = () => string | undefined | Promise<string | undefined>;

/** What each file's run ends with: all are counted in one line. */
const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/** Runs files one after the other; their report goes to the stream, which is ended. */
async function runLane(next: Next, report: PassThrough): Promise<void> {
  const reporter = new spec();
  const reported = pipeline(reporter, report);
  for (let file = await next(); file !== undefined; file = await next()) {
    // Each file's process may take its time limit; the whole run has none of its own.
    const events = run({ files: [file], concurrency: 1, timeout: FILE_MS, signal: stop.signal });
    for await (const event of events) {
      tally(event, file);
      if (event.type !== 'test:diagnostic' || !SUMMARY.test(event.data.message)) reporter.write(event);
    }
  }
  reporter.end();
  await reported;
}

function tally({ type, data }: TestEvent, file: string): void {
  // A file without any test is reported as a passed test of its own name.
  if (type === 'test:pass' && data.details.type !== 'suite' && data.name !== file)
    count[data.skip || data.todo ? 'skipped' : 'passed']++;
  if (type !== 'test:fail') return;
  // A suite that failed only through its tests is not one more failure.
  const { failureType } = data.details.error as Error & { failureType?: string };
  if (failureType !== 'subtestsFailed') count[data.todo ? 'skipped' : 'failed']++;
}

/** Where this process runs the files of one lane for another, in a database of its own. */
const { KGMENTOR_TEST_LANE: isLane, KGMENTOR_NEO4J_STARTED: started } = process.env;
// What the tests themselves start is to know neither; and there are tests of the kernels.
delete process.env.KGMENTOR_TEST_LANE;
delete process.env.KGMENTOR_NEO4J_STARTED;
delete process.env.KGMENTOR_KERNELS;
if (isLane) {
  const report = new PassThrough();
  const next: Next = async () => {
    process.send?.('next');
    const [{ file }] = (await once(process, 'message')) as [{ file?: string }];
    return file;
  };
  const ended = runLane(next, report);
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
async function runBeside(next: Next, report: PassThrough): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'kgmentor-neo4j-'));
  const server = await startNeo4j({ home });
  try {
    const lane = fork(fileURLToPath(import.meta.url), [], {
      env: { ...process.env, NEO4J_URI: server.uri, KGMENTOR_TEST_LANE: '1' },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    stop.signal.addEventListener('abort', () => lane.kill());
    let counted = false;
    lane.on('message', async (message: 'next' | typeof count) => {
      if (message === 'next') return void lane.send({ file: await next() });
      counted = true;
      for (const key of ['passed', 'failed', 'skipped'] as const) count[key] += message[key];
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
const nextOf = (files: string[]): Next => {
  const left = longestFirst(files);
  return () => (stop.signal.aborted ? undefined : left.shift());
};
const next = nextOf(sharing);
// A person's own server is the only one that is used, and a few files are not worth another.
const isSplit = started === '1' && wanted.length === 0;
const lanes = [
  { next, start: runLane },
  ...(isSplit ? [{ next, start: runBeside }] : []),
  { next: nextOf(alone), start: runLane },
].map(({ next, start }) => {
  const report = new PassThrough({ highWaterMark: Number.MAX_SAFE_INTEGER });
  return { report, ended: start(next, report) };
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
