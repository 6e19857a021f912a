import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOutput, points, table } from '../src/commands/output.js';
import { KgmentorError } from '../src/errors.js';
import { connect } from '../src/graph/connect.js';
import { shuffled } from '../src/kg/random.js';
import { pickTriples } from '../src/kg/triples.js';
import { readTensors } from '../src/model/safetensors.js';
import { connectionOf } from '../src/settings.js';
import { type Drift, driftOf } from '../src/train/drift.js';
import { evaluateRun } from '../src/train/evaluations.js';
import { readModelEntities } from '../src/train/folder.js';
import { files } from '../src/train/job.js';
import { pretrain } from '../src/train/pretrain.js';
import { type RetrainInput, retrain } from '../src/train/retrain.js';
import { LANGUAGES, type Language, readDbp5l } from './dbp5l/data.js';
import { dbp5lConfig } from './dbp5l/graph.js';
import { studentInput, teacherSettings } from './dbp5l/settings.js';
import { openWorld } from './grid/world.js';

export interface IncrementalOptions {
  readonly target: string;
  readonly dim: number;
  readonly data: string;
  readonly seed: number;
  readonly epochs?: number;
  /** Run folder of a finished teacher; one is trained where absent. */
  readonly teacher?: string;
  readonly threads?: number;
  readonly json: boolean;
}

/** Share of the training facts that come after the earlier student was trained. */
const NEW = 0.05;

interface Measured {
  readonly name: string;
  /** By the clock, of the whole call: writing the job, starting the process, the teacher's answers, steps, validation. */
  readonly seconds: number;
  /** Of them: until the first step, and of steps. */
  readonly prepareSeconds: number;
  readonly trainSeconds: number;
  readonly epochs: number;
  readonly validationMrr: number | null;
  readonly testMrr: number;
  /** To the earlier student. */
  readonly drift?: Drift;
}

/**
 * A student of 95 % of a language's training facts, then of all: trained anew by two seeds, and going on from the earlier
 * one. Each makes the teacher's answers that it needs, as the first after a change must.
 */
export async function runIncremental(options: IncrementalOptions): Promise<void> {
  const { threads, json, dim, seed, epochs } = options;
  const target = options.target as Language;
  if (!LANGUAGES.includes(target))
    throw new KgmentorError('USAGE', `--target ${target}: one of ${LANGUAGES.join(', ')} expected.`);
  const out = createOutput({ json, quiet: false, verbose: false });
  const runs = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const graph = await connect(connectionOf({}));
  const run = { threads, onEvent: out.onEvent };
  try {
    const world = openWorld(graph, readDbp5l(options.data), out.onEvent);
    const links = { share: 1, wrong: 0 };
    const config = dbp5lConfig();
    const { evaluation } = config;
    const supporters = LANGUAGES.filter((language) => language !== target);
    const own = path.join(runs, 'teacher');
    if (options.teacher === undefined) {
      const { dataset } = await world.teacher(supporters, links);
      await pretrain(
        { dataset, settings: teacherSettings(supporters, seed), folder: own, id: 'teacher' },
        run,
      );
    }
    const { dataset, split } = await world.target(target, links);
    const all = split.train.head.length;
    const kept = shuffled(all, seed, 601)
      .slice(Math.round(NEW * all))
      .sort();
    const before = { ...split, train: pickTriples(split.train, kept) };
    const measured: Measured[] = [];
    const train = async (name: string, change: Pick<RetrainInput, 'split' | 'from'>, by = seed) => {
      const folder = path.join(runs, name.replaceAll(' ', '-'));
      const { student: settings } = dbp5lConfig({
        student: studentInput({ dim, seed: by, epochs, recipe: 'short' }),
      });
      const teacher = freshAnswers(options.teacher ?? own, path.join(runs, `teacher of ${name}`));
      const input = { dataset, target, settings, evaluation, teacher, folder, id: name, ...change };
      const started = performance.now();
      const { result, drift } = await retrain(input, run);
      const seconds = (performance.now() - started) / 1000;
      const { tv } = await evaluateRun(folder, { filters: ['tv'], threads });
      const { prepareSeconds, trainSeconds, epochs: done, best } = result;
      const apart = earlier === undefined ? undefined : (drift ?? driftBetween(folder, earlier));
      measured.push({
        ...{ name, seconds, prepareSeconds, trainSeconds, epochs: done, validationMrr: best },
        testMrr: Number(tv?.all.mrr),
        ...(apart && { drift: apart }),
      });
      return folder;
    };
    let earlier: string | undefined;
    earlier = await train('earlier', { split: before });
    const full = await train('full', { split });
    const other = await train('full, another seed', { split }, seed + 1);
    await train('incremental', { split, from: earlier });
    print(options, all - kept.length, measured, driftBetween(full, other), out);
  } finally {
    await graph.close();
    rmSync(runs, { recursive: true, force: true });
  }
}

/** The teacher in a folder of its own, so that nobody's answers are there yet. */
function freshAnswers(teacher: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const file of [files.model, files.entities, files.record])
    copyFileSync(path.join(teacher, file), path.join(folder, file));
  return folder;
}

/** Both have the same entities, whose rows come first and in the same order. */
function driftBetween(now: string, before: string): Drift {
  const of = (folder: string) => readTensors(path.join(folder, files.model)).tensors.entity;
  const entities = readModelEntities(now).sources[0].keys.length;
  return driftOf(of(now), of(before), [...Array(entities).keys()]) as Drift;
}

function print(
  { target, dim, seed, json }: IncrementalOptions,
  added: number,
  measured: readonly Measured[],
  independent: Drift,
  out: ReturnType<typeof createOutput>,
): void {
  const [, full, , incremental] = measured;
  const quality = incremental.testMrr / full.testMrr - 1;
  const time = incremental.seconds / full.seconds;
  const cosine = incremental.drift?.cosine ?? Number.NaN;
  const bars = [
    { bar: 'test MRR beside the full retraining’s', found: quality, holds: quality >= -0.01 },
    { bar: 'share of its time, at most 0.1', found: time, holds: time <= 0.1 },
    { bar: 'mean cosine of old vectors, at least 0.98', found: cosine, holds: cosine >= 0.98 },
  ];
  const number = (value: number | null | undefined, digits: number) =>
    value === null || value === undefined ? '–' : value.toFixed(digits);
  const lines = [
    `DBP-5L, ${target}, vectors of ${dim} numbers, seed ${seed}: ${added} new facts`,
    '',
    ...table(
      [
        'student',
        'seconds',
        'until first step',
        'steps',
        'epochs',
        'validation MRR',
        'test MRR',
        'cosine',
        'low',
      ],
      measured.map((m) => [
        m.name,
        ...[m.seconds, m.prepareSeconds, m.trainSeconds].map((seconds) => seconds.toFixed(1)),
        String(m.epochs),
        m.validationMrr === null ? '–' : points(m.validationMrr),
        points(m.testMrr),
        number(m.drift?.cosine, 4),
        number(m.drift?.low, 4),
      ]),
    ),
    '',
    'cosine: mean of the entities’ vectors to the earlier student’s; low: one in twenty is below',
    `two independent full trainings: mean cosine ${independent.cosine.toFixed(4)}`,
    '',
    ...table(
      ['bar', 'found', 'holds'],
      bars.map(({ bar, found, holds }) => [bar, number(found, 4), holds ? 'yes' : 'no']),
    ),
  ];
  if (json) process.stdout.write(`${lines.join('\n')}\n`);
  out.data({ target, dim, seed, added, measured, independent, bars }, () => lines);
}
