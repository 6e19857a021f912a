/** The program behind `scripts/launch.mjs`: gets ready what a target needs and runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf, KgmentorError } from '../errors.js';
import { ensureBackend } from './fallback.js';
import type { ServerOptions } from './neo4j.js';
import { listen, type Phase, runProgram, untilGone } from './programs.js';
import { ensureTensorFlow } from './tensorflow.js';

const dist = fileURLToPath(new URL('../../', import.meta.url));
const kept = path.join(path.dirname(path.resolve(dist)), '.kgmentor', 'neo4j');
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** A program that runs beside a server. */
interface Beside {
  readonly script: string;
  readonly server: Partial<Pick<ServerOptions, 'home' | 'heapMb' | 'measured'>>;
}

const BESIDE: Readonly<Record<string, Beside>> = {
  test: { script: 'test/run.js', server: {} },
  demo: { script: 'demo/main.js', server: { home: kept } },
  bench: { script: 'bench/main.js', server: { heapMb: 4096, measured: true } },
  faults: { script: 'bench/faults/main.js', server: {} },
};

/** Runs a program beside a server, unless the caller has one; a server that it started is stopped in any case. */
async function withServer(
  phase: Phase,
  options: Beside['server'],
  run: (uri: string) => Promise<number>,
): Promise<number> {
  if (process.env.NEO4J_URI) return run(process.env.NEO4J_URI);
  const { ensureNeo4jRuntime, startNeo4j } = await import('./neo4j.js');
  await ensureNeo4jRuntime(say);
  const folder = options.home ?? mkdtempSync(path.join(tmpdir(), 'kgmentor-neo4j-'));
  // The program's last line stays the last one where a machine reads it.
  const log = (line: string) => (phase.now === 'ended' && !process.stderr.isTTY ? undefined : say(line));
  try {
    phase.now = 'server';
    const server = await startNeo4j({ ...options, home: folder, log });
    process.env.KGMENTOR_NEO4J_STARTED = '1';
    try {
      return phase.interrupted ? 130 : await run(server.uri);
    } finally {
      phase.now = 'ended';
      await server.stop();
    }
  } finally {
    if (!options.home) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function program(phase: Phase, script: string, args: readonly string[], uri?: string): Promise<number> {
  phase.now = 'program';
  return runProgram(path.join(dist, script), args, uri ? { NEO4J_URI: uri } : {});
}

/** A server to look at, with Neo4j Browser, until Ctrl-C. */
async function serve(phase: Phase): Promise<number> {
  const { ensureNeo4jRuntime, startNeo4j } = await import('./neo4j.js');
  await ensureNeo4jRuntime(say);
  phase.now = 'server';
  const server = await startNeo4j({ home: kept, http: true, log: say });
  try {
    say(`Neo4j runs at ${server.uri}, without a password, for this machine only.`);
    if (server.httpUri) say(`Neo4j Browser: ${server.httpUri} (press Connect, without a username)`);
    say('Ctrl-C stops it; the data stays in .kgmentor/neo4j.');
    if (!(await untilGone(server.pid, phase))) return 0;
    throw new KgmentorError('UNREACHABLE', `The Neo4j server (process ${server.pid}) has ended by itself.`, {
      next: `See ${path.join(kept, 'logs')}, then start it again with \`npm run neo4j\`.`,
    });
  } finally {
    await server.stop();
  }
}

/** Benches that read files only, and questions for help. */
const needsNothing = (target: string | undefined, args: readonly string[]): boolean =>
  (target === 'bench' && (args[0] === 'tables' || args.includes('--dry-run'))) ||
  (['test', 'bench', 'faults'].includes(target ?? '') && args.includes('--help'));

/** Benches that train without a graph, or start a server of their own. */
const needsNoServer = (target: string | undefined, args: readonly string[]): boolean =>
  target === 'bench' && ['core', 'gpu', 'peers'].includes(args[0]);

async function launch(target: string | undefined, args: readonly string[], phase: Phase): Promise<number> {
  if (target === 'neo4j') return serve(phase);
  if (target === 'kgmentor') {
    if (args[0] !== 'setup') await ensureBackend(say);
    return program(phase, 'src/cli.js', args);
  }
  if (target === undefined || !Object.hasOwn(BESIDE, target))
    throw new KgmentorError('USAGE', `"${target}" is none of test, demo, bench, faults, neo4j, kgmentor.`);
  const { script, server } = BESIDE[target];
  if (needsNothing(target, args)) return program(phase, script, args);
  // Tests ask for equal bits, which a GPU does not promise.
  if (target === 'test' || target === 'faults') process.env.KGMENTOR_DEVICE ||= 'cpu';
  // Tests and measurements are of the native library, unless another is asked for.
  await (target === 'demo' || process.env.KGMENTOR_BACKEND === 'wasm' ? ensureBackend : ensureTensorFlow)(
    say,
  );
  if (needsNoServer(target, args)) return program(phase, script, args);
  return withServer(phase, server, (uri) => program(phase, script, args, uri));
}

const phase = listen();
try {
  const code = await launch(process.argv[2], process.argv.slice(3), phase);
  process.exitCode = phase.interrupted && process.argv[2] !== 'neo4j' ? code || 130 : code;
} catch (error) {
  if (phase.interrupted) {
    process.exitCode = 130;
  } else {
    say(error instanceof Error ? error.message : String(error));
    if (error instanceof KgmentorError && error.next) say(error.next);
    else if (!(error instanceof KgmentorError) && error instanceof Error) say(error.stack ?? '');
    process.exitCode = exitCodeOf(error);
  }
}
