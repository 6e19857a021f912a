import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { count, createOutput, table } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { forkTensorFlow } from '../../src/train/fork.js';
import { writeJob } from '../../src/train/job.js';
import { type Dbp5l, readDbp5l } from '../dbp5l/data.js';
import type { CaseName } from './cases.js';
import type { CoreChoice } from './choice.js';
import { coreJob } from './job.js';
import type { LeakPoint } from './messages.js';

export const STEPS = 2000;
/** From this step on memory should stay as it is. */
const SETTLED = 400;
const EVERY = 100;
/** Share by which resident memory may end away from what it was. */
const MOST = 0.05;

/** How one long training went. */
interface Kept {
  readonly encoder: CaseName;
  readonly points: readonly LeakPoint[];
  /** At the end, of what it was at step `SETTLED`: 1 where it stayed. */
  readonly memory: number;
  /** The number of tensors was the same at all points. */
  readonly constant: boolean;
  readonly held: boolean;
}

/** Watches tensors and resident memory of a training of 2,000 steps an encoder. */
export async function runLeak(options: CoreChoice): Promise<void> {
  const { target, seed, threads, json } = options;
  const out = createOutput({ json, quiet: false, verbose: false });
  const data = readDbp5l(options.data);
  const kept: Kept[] = [];
  for (const encoder of options.encoders) {
    out.say(`${encoder}: ${count(STEPS)} steps`);
    kept.push(await watch(data, options, encoder));
  }
  out.data({ target, seed, threads, steps: STEPS, settled: SETTLED, kept }, () =>
    table(
      [
        'encoder',
        'tensors',
        `MB at step ${SETTLED}`,
        `MB at step ${count(STEPS)}`,
        'of it',
        'within 5 %, tensors constant',
      ],
      kept.map(({ encoder, points, memory, held }) => [
        encoder,
        [...new Set(points.map(({ tensors }) => tensors))].join(', '),
        megabytes(points, SETTLED).toFixed(0),
        megabytes(points, STEPS).toFixed(0),
        memory.toFixed(3),
        held ? 'held' : 'missed',
      ]),
    ),
  );
}

const megabytes = (points: readonly LeakPoint[], at: number): number =>
  points.find(({ step }) => step === at)?.residentMb ?? Number.NaN;

async function watch(data: Dbp5l, choice: CoreChoice, encoder: CaseName): Promise<Kept> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  try {
    writeJob(folder, coreJob(data, { ...choice, encoder }));
    const points = await inProcess(folder, choice.threads);
    const memory = megabytes(points, STEPS) / megabytes(points, SETTLED);
    const constant = points.every(({ tensors }) => tensors === points[0].tensors);
    return { encoder, points, memory, constant, held: constant && Math.abs(memory - 1) <= MOST };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inProcess(folder: string, threads: number): Promise<readonly LeakPoint[]> {
  const script = new URL('./leakChild.js', import.meta.url);
  const { child, said } = forkTensorFlow(script, [folder, String(STEPS), String(EVERY)], threads);
  return new Promise((resolve, reject) => {
    let points: readonly LeakPoint[] | undefined;
    child.on('message', (message) => {
      points = message as readonly LeakPoint[];
    });
    child.on('error', reject);
    child.on('close', () =>
      points
        ? resolve(points)
        : reject(new KgmentorError('UNEXPECTED', 'The long training ended early.', { cause: said() })),
    );
  });
}
