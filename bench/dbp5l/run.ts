import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOutput, duration, points, table } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { copiedFacts } from '../../src/evaluate/copied.js';
import type { FilterName } from '../../src/evaluate/filters.js';
import type { Metrics } from '../../src/evaluate/metrics.js';
import type { ModelReport } from '../../src/evaluate/report.js';
import { connect } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { publishInputOf } from '../../src/publishRun.js';
import { connectionOf } from '../../src/settings.js';
import { evaluateAndRecord, evaluateRun } from '../../src/train/evaluations.js';
import { readRecord } from '../../src/train/folder.js';
import { pretrain } from '../../src/train/pretrain.js';
import { prepareStudent, type RetrainInput, retrain, writeStudent } from '../../src/train/retrain.js';
import { withAddedLinks } from '../../src/train/studentLinks.js';
import { LANGUAGES, type Language, readDbp5l } from './data.js';
import { dbp5lConfig, importDbp5l, withDbp5lSplit } from './graph.js';
import { randomTeacher } from './randomTeacher.js';
import {
  BASELINES,
  MODELS,
  type ModelName,
  PRECISION,
  studentSettings,
  teacherSettings,
} from './settings.js';
import { timeToReach } from './timeToReach.js';

export interface Dbp5lOptions {
  readonly target: string;
  readonly dim: number;
  readonly data: string;
  readonly seed: number;
  readonly models?: readonly string[];
  readonly epochs?: number;
  readonly teacherEpochs?: number;
  readonly runs?: string;
  readonly threads?: number;
  readonly publish: boolean;
  /** Adds links by structure for all trained rows. */
  readonly grow: boolean;
  readonly json: boolean;
}

interface Stage {
  readonly name: string;
  readonly seconds: number;
  readonly peakMb: number;
}

const FILTERS: readonly FilterName[] = ['tv', 'full'];
const ownPeak = () => process.resourceUsage().maxRSS / 1024;

/** The whole way on the benchmark: import, read, pre-train, re-train every row of the table, evaluate, publish. */
export async function runDbp5l(options: Dbp5lOptions): Promise<void> {
  const target = options.target as Language;
  if (!LANGUAGES.includes(target))
    throw new KgmentorError('USAGE', `--target ${target}: one of ${LANGUAGES.join(', ')} expected.`);
  const usual = MODELS.filter((model) => options.grow || model !== 'lookup:grown');
  const rows = (options.models ?? usual) as readonly ModelName[];
  for (const row of rows)
    if (!usual.includes(row))
      throw new KgmentorError('USAGE', `--models ${row}: ${usual.join(', ')} expected.`);
  const out = createOutput({ json: options.json, quiet: false, verbose: false });
  const stages: Stage[] = [];
  const stage = async <T>(name: string, work: () => Promise<{ value: T; peakMb?: number }>): Promise<T> => {
    const start = performance.now();
    const { value, peakMb = ownPeak() } = await work();
    const done = { name, seconds: (performance.now() - start) / 1000, peakMb };
    stages.push(done);
    out.onEvent({ type: 'stage', ...done });
    return value;
  };
  const data = readDbp5l(options.data);
  const runs = options.runs ?? mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const graph = await connect(connectionOf({}));
  try {
    await stage('import', async () => ({ value: await importDbp5l(graph, data) }));
    const run = { threads: options.threads, onEvent: out.onEvent };
    const supporters = LANGUAGES.filter((language) => language !== target);
    const config = dbp5lConfig();
    const teacher = path.join(runs, `teacher-without-${target}-seed${options.seed}`);
    if (!existsSync(path.join(teacher, 'model.safetensors')) || readRecord(teacher).status !== 'done') {
      const { dataset } = await stage('read for the teacher', async () => ({
        value: await readDataset(() => graph, config, { sources: supporters, onEvent: out.onEvent }),
      }));
      await stage('pretrain', async () => {
        const settings = teacherSettings([...supporters], options.seed, options.teacherEpochs);
        const { result } = await pretrain(
          { dataset, settings, folder: teacher, id: path.basename(teacher) },
          run,
        );
        return { value: result, peakMb: result.peakMb };
      });
    }
    const read = await stage('read', async () => ({
      value: await readDataset(() => graph, config, {
        // What links are grown by lies outside of the linked subgraph.
        ...(!options.grow && { around: { target, hops: 0 } }),
        onEvent: out.onEvent,
      }),
    }));
    const given = withDbp5lSplit(read.dataset, data, target);
    const { split } = given;
    const grown = options.grow
      ? await stage('grow links', async () => ({
          value: withAddedLinks({ ...given, target, grow: { precision: PRECISION } }),
        }))
      : { ...given, grown: [] };
    if (options.grow) out.say(`${grown.grown.length} links added to ${given.dataset.alignments.left.length}`);
    const { evaluation } = config;
    const inputOf = (
      model: ModelName,
      { dataset, teacher }: Pick<RetrainInput, 'dataset' | 'teacher'>,
    ): RetrainInput => {
      const id = `${target}-${model.replace(':', '-')}-dim${options.dim}-seed${options.seed}`;
      const settings = studentSettings(model, options);
      return { dataset, target, split, settings, evaluation, teacher, folder: path.join(runs, id), id };
    };
    // Which facts count as copied is told by the given links, whichever links a row has.
    const unlinked = inputOf('lookup', { dataset: given.dataset });
    const plain = prepareStudent(unlinked);
    const copied = copiedFacts(
      plain.facts.split.test,
      plain.facts.background,
      plain.entities,
      plain.relations,
    );
    const evaluated = { filters: FILTERS, threads: options.threads, copied };

    const reports = new Map<ModelName, Partial<Record<FilterName, ModelReport>>>();
    const folders = new Map<ModelName, string>();
    let any: string | undefined;
    for (const model of rows.filter((row) => !BASELINES.includes(row))) {
      const guide =
        model === 'alone' || model === 'linked'
          ? undefined
          : model === 'student:random-teacher'
            ? randomTeacher(teacher, path.join(runs, 'random-teacher'), options.seed)
            : teacher;
      const input = inputOf(model, { dataset: grown.dataset, teacher: guide });
      const { folder } = input;
      rmSync(folder, { recursive: true, force: true });
      await stage(`retrain ${model}`, async () => {
        const { result } = await retrain(input, run);
        return { value: result, peakMb: result.peakMb };
      });
      const evaluate = async () => ({ value: await evaluateAndRecord(folder, evaluated) });
      reports.set(model, await stage(`evaluate ${model}`, evaluate));
      folders.set(model, folder);
      if (guide === teacher) any = folder;
    }
    writeStudent(unlinked, plain);
    for (const model of rows.filter((row) => BASELINES.includes(row))) {
      const [answerer] = model.split(':') as ['frequency' | 'lookup' | 'teacher'];
      const folder = model === 'frequency' || model === 'lookup' ? unlinked.folder : any;
      if (!folder) continue;
      const evaluate = async () => ({ value: await evaluateRun(folder, { ...evaluated, answerer }) });
      reports.set(model, await stage(`evaluate ${model}`, evaluate));
    }
    rmSync(unlinked.folder, { recursive: true });
    const student = folders.get('student');
    if (options.publish && student)
      await stage('publish', async () => {
        await migrate(graph);
        return { value: await publish(graph, publishInputOf(student, config, target), { graceSeconds: 0 }) };
      });
    print(options, rows, reports, stages, timeToReach(folders), out);
  } finally {
    await graph.close();
    if (!options.runs) rmSync(runs, { recursive: true, force: true });
  }
}

function print(
  options: Dbp5lOptions,
  rows: readonly ModelName[],
  reports: ReadonlyMap<ModelName, Partial<Record<FilterName, ModelReport>>>,
  stages: readonly Stage[],
  times: ReturnType<typeof timeToReach>,
  out: ReturnType<typeof createOutput>,
): void {
  const shares = ({ mrr, hits1, hits3, hits10 }: Metrics) => ({ mrr, hits1, hits3, hits10 });
  const results = rows.flatMap((model) =>
    FILTERS.flatMap((filter) => {
      const report = reports.get(model)?.[filter];
      if (!report) return [];
      const { all, copied, notCopied } = report;
      return [
        {
          target: options.target,
          model,
          seed: options.seed,
          filter,
          ...shares(all),
          copied: shares(copied),
          notCopied: shares(notCopied),
        },
      ];
    }),
  );
  const first = [...reports.values()][0]?.tv;
  const lines = [
    `DBP-5L, ${options.target}, vectors of ${options.dim} numbers, seed ${options.seed}: ${first?.all.count} test facts, ${first?.copied.count} of them copied`,
    ...FILTERS.flatMap((filter) => [
      '',
      `filter ${filter}`,
      ...table(
        ['model', 'MRR', 'Hits@1', 'Hits@3', 'Hits@10', 'copied MRR', 'not copied MRR'],
        results
          .filter((r) => r.filter === filter)
          .map((r) => [
            r.model,
            ...[r.mrr, r.hits1, r.hits3, r.hits10, r.copied.mrr, r.notCopied.mrr].map(points),
          ]),
      ),
    ]),
    ...(times.length > 0
      ? [
          '',
          "time to linked's best validation MRR (training and its distillation; loading and the teacher's answers included)",
          ...table(
            ['model', 'reached', 'epochs', 'seconds'],
            times.map((t) => [t.model, t.reached ? 'yes' : 'no', String(t.epochs), t.seconds.toFixed(1)]),
          ),
        ]
      : []),
    '',
    ...table(
      ['stage', 'time', 'peak MB'],
      stages.map((s) => [s.name, duration(s.seconds), s.peakMb.toFixed(0)]),
    ),
    `in all: ${duration(stages.reduce((sum, s) => sum + s.seconds, 0))}`,
  ];
  if (options.json) process.stdout.write(`${lines.join('\n')}\n`);
  out.data({ results, times, stages }, () => lines);
}
