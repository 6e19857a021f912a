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
  const done: Record<BackendName, Demo>[] = [];
  try {
    out.say('a first demo, which fetches and imports');
    await demo('native', folder);
    for (let turn = 0; turn < turns; turn++) {
      const demos = {} as Record<BackendName, Demo>;
      for (const backend of turn % 2 === 0 ? BACKENDS : BACKENDS.toReversed()) {
        demos[backend] = await demo(backend, folder);
        out.say(`turn ${turn + 1} of ${turns}: ${backend} ${demos[backend].seconds.toFixed(1)} s`);
      }
      done.push(demos);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratios = done.map(({ native, wasm }) => wasm.seconds / native.seconds);
  const ratio = median(ratios);
  const middle = (backend: BackendName, of: keyof Demo) => median(done.map((one) => one[backend][of]));
  out.data({ turns: done, ratio, bar: BAR, held: ratio <= BAR }, () => [
    ...table(
      ['demo on', 'seconds', 'student’s MRR'],
      BACKENDS.map((backend) => [
        backend,
        middle(backend, 'seconds').toFixed(1),
        points(middle(backend, 'mrr')),
      ]),
    ),
    `medians of ${turns} paired turns; wasm / native ${ratio.toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(', ')}); bar ${BAR.toFixed(2)} ${ratio <= BAR ? 'held' : 'missed'}`,
  ]);
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
  const mrr = Number(/^ {2}student +([\d.]+) ±/m.exec(said)?.[1]) / 100;
  if (code !== 0 || Number.isNaN(mrr))
    throw new KgmentorError('UNEXPECTED', `The demo on ${backend} ended with ${code}:\n${said.slice(-500)}`);
  return { seconds, mrr };
}
