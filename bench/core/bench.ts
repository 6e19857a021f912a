import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOutput, table } from '../../src/commands/output.js';
import { writeJob } from '../../src/train/job.js';
import { type Dbp5l, readDbp5l } from '../dbp5l/data.js';
import { CASES, type CaseName, EVALUATION_BAR } from './cases.js';
import { type CoreChoice, type CoreOptions, chosen } from './choice.js';
import { coreJob } from './job.js';
import { runLeak } from './leak.js';
import { openProduct, openTorch, type Side } from './sides.js';
import { type Compared, compare, lossesApart, ranksApart } from './turns.js';

/** Losses of a step may be this far apart, relatively. */
const AGREED = 1e-3;
/** Rankings a turn. */
const TIMES = 2;

/**
 * CPU time of training steps and of filtered ranking beside PyTorch's on the same weights and batches; or, with `leak`,
 * what memory does in a long training.
 */
export async function runCore(options: CoreOptions & { readonly leak: boolean }): Promise<void> {
  const choice = chosen(options);
  if (options.leak) return runLeak(choice);
  const { target, seed, threads, turns, steps, json } = choice;
  const out = createOutput({ json, quiet: false, verbose: false });
  const data = readDbp5l(choice.data);
  const compared: Compared[] = [];
  for (const encoder of choice.encoders) {
    out.say(`${encoder}: ${turns} paired turns of ${steps} steps`);
    compared.push(...(await inTurns(data, choice, encoder)));
  }
  out.data({ target, seed, threads, turns, steps, compared }, () =>
    table(
      ['CPU time', 'kgmentor ms', 'PyTorch ms', 'ratio', 'of the turns', 'bar', 'results apart'],
      compared.map((one) => [
        one.what,
        one.productMs.toFixed(1),
        one.torchMs.toFixed(1),
        one.ratio.toFixed(2),
        one.ratios.map((ratio) => ratio.toFixed(2)).join(' to '),
        `${one.bar.toFixed(2)} ${one.ratio <= one.bar ? 'held' : 'missed'}`,
        one.apart === 0 ? '0' : one.apart.toExponential(0),
      ]),
    ),
  );
}

async function inTurns(data: Dbp5l, choice: CoreChoice, encoder: CaseName): Promise<Compared[]> {
  const { turns, steps, threads } = choice;
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const open: Side[] = [];
  try {
    writeJob(folder, coreJob(data, { ...choice, encoder }));
    const product = await openProduct(folder, steps, threads);
    open.push(product);
    const torch = await openTorch(folder, threads);
    open.push(torch);
    const training = await compare(
      [product, torch],
      { ask: 'train', steps },
      {
        what: `${encoder}, a step`,
        bar: CASES[encoder].bar,
        turns,
        each: steps,
        apart: lossesApart,
        most: AGREED,
      },
    );
    if (encoder !== 'complex') return [training];
    const ranking = await compare(
      [product, torch],
      { ask: 'rank', times: TIMES },
      { what: 'filtered ranking', bar: EVALUATION_BAR, turns, each: TIMES, apart: ranksApart, most: 0 },
    );
    return [training, ranking];
  } finally {
    for (const side of open.reverse()) await side.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
