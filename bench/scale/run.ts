import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createOutput, duration, points } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { inProcess } from '../inProcess.js';
import { shapeOf } from './graph.js';
import { growthOf } from './growth.js';
import { type ScaleReport, type SizeReport, scaleLines } from './report.js';
import { NEEDS, STAGES, type StageName } from './stages.js';
import type { Measured } from './training.js';

const script = new URL('./stage.js', import.meta.url);

/** Fewer than the student of the smallest size has rows, 3,342, so that a step does the same work at every size. */
export const SCALE_NEGATIVES = 2048;

export interface ScaleBench {
  /** Sizes, smallest first. */
  readonly triples: readonly number[];
  /** Those that are shown; those that they need are run as well. All where absent. */
  readonly stages?: readonly string[];
  readonly seed: number;
  readonly dim?: number;
  readonly threads?: number;
  /** Entities that a step draws at every size; 0 for all. */
  readonly negatives: number;
  readonly limitMinutes: number;
  readonly json: boolean;
}

/** Measures and prints. */
export async function runScale(options: ScaleBench): Promise<void> {
  const out = createOutput({ json: options.json, quiet: false, verbose: false });
  const report = await measureScale(options, out.say);
  out.data(report, () => scaleLines(report));
}

/**
 * Takes made-up graphs of several sizes through the product, every stage in a process of its own, and tells time, peak
 * memory and how they grow.
 *
 * @param say is told what is being measured
 * @throws KgmentorError USAGE for unknown stages and sizes, and where the database holds an earlier bench
 */
export async function measureScale(
  options: Omit<ScaleBench, 'json'>,
  say: (line: string) => void = () => {},
): Promise<ScaleReport> {
  const { triples, seed, dim, threads, negatives, limitMinutes } = options;
  const shown = chosenStages(options.stages);
  const run = STAGES.filter((stage) => shown.some((one) => one === stage || isNeeded(stage, one)));
  if (triples.length === 0 || triples.some((n) => !Number.isInteger(n)))
    throw new KgmentorError('USAGE', `--triples ${triples.join(',')} are no sizes.`, {
      next: 'Give whole numbers, such as --triples 100000,1000000.',
    });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-bench-'));
  const sizes: SizeReport[] = [];
  try {
    for (const size of [...triples].sort((a, b) => a - b)) {
      const shape = shapeOf(size, seed);
      const input = { shape, folder: path.join(folder, String(size)), dim, threads, negatives, limitMinutes };
      mkdirSync(input.folder);
      const measured: Record<string, Measured> = {};
      for (const stage of run) {
        say(`${size.toLocaleString('en-US')} triples: ${stage}`);
        const one = await inProcess<Measured>(
          script,
          [stage, JSON.stringify(input)],
          `The stage ${stage} of ${input.shape.triples} triples`,
        );
        const waiting =
          one.waiting === undefined ? '' : `, ${points(one.waiting)}% of the steps’ time waited`;
        say(`  ${duration(one.seconds)}, ${Math.round(one.peakMb ?? 0)} MB${waiting}`);
        if (shown.includes(stage)) measured[stage] = one;
      }
      sizes.push({ triples: size, entities: shape.entities, stages: measured });
      rmSync(input.folder, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const grown = (stage: string, of: (measured: Measured) => number, among: readonly SizeReport[] = sizes) =>
    growthOf(
      among.map((size) => size.triples),
      among.map(({ stages }) => of(stages[stage])),
    );
  const growth = Object.fromEntries(
    shown.map((stage) => [
      stage,
      {
        seconds: grown(stage, (m) => m.seconds),
        last: grown(stage, (m) => m.seconds, sizes.slice(-2)),
        peakMb: grown(stage, (m) => m.peakMb ?? 0),
      },
    ]),
  );
  return { seed, negatives, ...(dim && { dim }), sizes, growth };
}

function chosenStages(asked: readonly string[] | undefined): StageName[] {
  const unknown = asked?.find((name) => !(STAGES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new KgmentorError('USAGE', `--stages: there is no stage ${JSON.stringify(unknown)}.`, {
      next: `Stages: ${STAGES.join(', ')}.`,
    });
  return STAGES.filter((stage) => !asked || asked.includes(stage));
}

const isNeeded = (stage: StageName, by: StageName): boolean =>
  NEEDS[by].some((one) => one === stage || isNeeded(stage, one));
