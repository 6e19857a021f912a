import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createOutput, points, table } from '../src/commands/output.js';
import { KgmentorError } from '../src/errors.js';
import { median } from './median.js';
import { inTurns } from './turns.js';

/** The demo on WebAssembly may take so many times the native time. */
const BAR = 5;
const BACKENDS = ['native', 'wasm'] as const;
type BackendName = (typeof BACKENDS)[number];
const script = fileURLToPath(new URL('../demo/main.js', import.meta.url));

export interface BackendsBench {
  readonly turns: number;
  readonly json: boolean;
}

/** A demo from its first line to its last; the start of the server is not in it. */
interface Demo {
  readonly seconds: number;
  /** Of the student on the test facts, mean of the demo's seeds, in [0, 1]. */
  readonly mrr: number;
}

/** The demo by the native TensorFlow and on WebAssembly, in paired turns. */
export async function runBackends({ turns, json }: BackendsBench): Promise<void> {
  if (!Number.isInteger(turns) || turns < 1)
    throw new KgmentorError('USAGE', `--turns is ${turns}; a whole number from 1 on expected.`);
  const out = createOutput({ json, quiet: false, verbose: false });
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  try {
    out.say('a first demo, which fetches and imports');
    await demo('native', folder);
    const done = await inTurns(turns, BACKENDS, async (backend, turn) => {
      const one = await demo(backend, folder);
      out.say(`turn ${turn + 1} of ${turns}: ${backend} ${one.seconds.toFixed(1)} s`);
      return one;
    });
    const report = backendsReport(done);
    out.data(report, () => backendsLines(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface BackendsReport {
  readonly turns: readonly Readonly<Record<BackendName, Demo>>[];
  /** Seconds, wasm / native, of each turn, and their median. */
  readonly ratios: readonly number[];
  readonly ratio: number;
  readonly bar: number;
  readonly held: boolean;
}

export function backendsReport(turns: BackendsReport['turns']): BackendsReport {
  const ratios = turns.map(({ native, wasm }) => wasm.seconds / native.seconds);
  const ratio = median(ratios);
  return { turns, ratios, ratio, bar: BAR, held: ratio <= BAR };
}

/** A row a backend, medians of the turns, and the verdict. */
export function backendsLines({ turns, ratios, ratio, bar, held }: BackendsReport): string[] {
  const middle = (backend: BackendName, of: keyof Demo) => median(turns.map((one) => one[backend][of]));
  return [
    ...table(
      ['demo on', 'seconds', 'student’s MRR'],
      BACKENDS.map((backend) => [
        backend,
        middle(backend, 'seconds').toFixed(1),
        points(middle(backend, 'mrr')),
      ]),
    ),
    `medians of ${turns.length} paired turns; wasm / native ${ratio.toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(', ')}); bar ${bar.toFixed(2)} ${held ? 'held' : 'missed'}`,
  ];
}

/** @throws KgmentorError UNEXPECTED where the demo fails or tells no figure */
async function demo(backend: BackendName, cwd: string): Promise<Demo> {
  const started = performance.now();
  const child = spawn(process.execPath, [script], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KGMENTOR_BACKEND: backend },
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const seconds = (performance.now() - started) / 1000;
  const mrr = demoMrr(said);
  if (code !== 0 || Number.isNaN(mrr))
    throw new KgmentorError('UNEXPECTED', `The demo on ${backend} ended with ${code}:\n${said.slice(-500)}`);
  return { seconds, mrr };
}

/** The student's MRR, in [0, 1], from what the demo prints; NaN where it prints none. */
export const demoMrr = (said: string): number => Number(/^ {2}student +([\d.]+) ±/m.exec(said)?.[1]) / 100;
