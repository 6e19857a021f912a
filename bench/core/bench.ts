import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createOutput, table } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { writeJob } from '../../src/train/job.js';
import { type Dbp5l, LANGUAGES, type Language, readDbp5l } from '../dbp5l/data.js';
import { CASE_NAMES, CASES, type CaseName, EVALUATION_BAR } from './cases.js';
import { coreJob } from './job.js';
import { openProduct, openTorch, type Side } from './sides.js';
import { type Compared, compare, lossesApart, ranksApart } from './turns.js';

export interface CoreOptions {
  readonly data: string;
  readonly target: string;
  /** Names of `CASES`, with commas between; all where absent. */
  readonly encoder?: string;
  readonly turns: number;
  readonly steps: number;
  readonly seed: number;
  readonly threads?: number;
  readonly json: boolean;
}

/** Losses of a step may be this far apart, relatively. */
const AGREED = 1e-3;
/** Rankings a turn. */
const TIMES = 2;

export function chosenCases(encoder: string | undefined): CaseName[] {
  const names = encoder?.split(',') ?? CASE_NAMES;
  const isCase = (name: string): name is CaseName => CASE_NAMES.some((known) => known === name);
  const unknown = names.find((name) => !isCase(name));
  if (unknown !== undefined)
    throw new KgmentorError('USAGE', `--encoder ${unknown}: one of ${CASE_NAMES.join(', ')} expected.`);
  return names.filter(isCase);
}

/** CPU time of training steps and of filtered ranking beside PyTorch's on the same weights and batches. */
export async function runCore(options: CoreOptions): Promise<void> {
  const { turns, steps, seed, json } = options;
  const threads = options.threads ?? availableParallelism();
  const encoders = chosenCases(options.encoder);
  const target = options.target as Language;
  if (!LANGUAGES.includes(target))
    throw new KgmentorError('USAGE', `--target ${target}: one of ${LANGUAGES.join(', ')} expected.`);
  for (const [name, value] of Object.entries({ turns, steps, threads }))
    if (!Number.isInteger(value) || value < 1)
      throw new KgmentorError('USAGE', `--${name} ${value}: a whole number from 1 on expected.`);
  const out = createOutput({ json, quiet: false, verbose: false });
  const data = readDbp5l(options.data);
  const compared: Compared[] = [];
  for (const encoder of encoders) {
    out.say(`${encoder}: ${turns} paired turns of ${steps} steps`);
    const more = await inTurns(data, { encoder, target, turns, steps, seed, threads });
    for (const one of more) out.say(lineOf(one));
    compared.push(...more);
  }
  out.data({ target, seed, threads, turns, steps, compared }, () => [
    ...table(
      ['CPU time', 'kgmentor ms', 'PyTorch ms', 'ratio', 'of the turns', 'bar', 'apart'],
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
  ]);
}

const lineOf = ({ what, ratio, bar }: Compared): string =>
  `${what}: ${ratio.toFixed(2)} times the CPU time of PyTorch, at most ${bar.toFixed(2)} wanted`;

async function inTurns(
  data: Dbp5l,
  asked: {
    readonly encoder: CaseName;
    readonly target: Language;
    readonly turns: number;
    readonly steps: number;
    readonly seed: number;
    readonly threads: number;
  },
): Promise<Compared[]> {
  const { encoder, turns, steps, threads } = asked;
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const open: Side[] = [];
  try {
    writeJob(folder, coreJob(data, asked));
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
