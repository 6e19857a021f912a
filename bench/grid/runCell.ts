import { rmSync } from 'node:fs';
import { frequencyRanks, lookupRanks } from '../../src/evaluate/baselines.js';
import { knownFacts, rankingQueries } from '../../src/evaluate/filters.js';
import { type ModelReport, reportOf } from '../../src/evaluate/report.js';
import { evaluateRun } from '../../src/train/evaluations.js';
import { growLinks } from '../../src/train/growLinks.js';
import { growStateOf } from '../../src/train/growState.js';
import { pretrain } from '../../src/train/pretrain.js';
import { prepareStudent, retrain, writeStudent } from '../../src/train/retrain.js';
import type { RunOptions } from '../../src/train/runFolder.js';
import { CPU } from '../../src/train/usage.js';
import { dbp5lConfig } from '../dbp5l/graph.js';
import type { StudentInput, TeacherInput } from '../dbp5l/settings.js';
import type { BaselineCell, StudentCell, TeacherCell } from './cell.js';
import { alignmentFigures, type Extras, grownFigures, pathFigures } from './extras.js';
import { GREEK } from './groups.js';
import type { Line, Report } from './results.js';
import { deviceOf, growOnce, type Trained, trainOnce, validationsOf } from './train.js';
import type { World } from './world.js';

/** What a cell is run with. */
export interface CellContext {
  readonly world: World;
  /** The folder of a cell's run. */
  readonly folder: (id: string) => string;
  readonly options: RunOptions;
}

/** What a cell found out. */
export type Found = Omit<Line, 'id' | 'method' | 'cell' | 'threads' | 'date' | 'commit'>;

const FILTERS = ['tv', 'full'] as const;
const { evaluation } = dbp5lConfig();

/** Times stages of a cell. */
function stopwatch() {
  const stages: Line['stages'] = [];
  return {
    stages,
    async stage<T>(name: string, work: () => Promise<T>): Promise<T> {
      const start = performance.now();
      const value = await work();
      const seconds = (performance.now() - start) / 1000;
      stages.push({ name, seconds, peakMb: process.resourceUsage().maxRSS / 1024 });
      return value;
    },
  };
}

/** Trains a teacher. */
export async function runTeacher(id: string, cell: TeacherCell, context: CellContext): Promise<Found> {
  const given: TeacherInput = { ...cell.settings, sources: [...cell.sources] };
  const { teacher: settings } = dbp5lConfig({ teacher: given });
  const { stages, stage } = stopwatch();
  const { options } = context;
  const seen = await stage('read', () => context.world.teacher(cell.sources, cell.links));
  const folder = context.folder(id);
  const input = { ...seen, settings, folder, id };
  const { grow } = cell;
  const growth = grow && (await growOnce(folder, (resume) => growLinks(input, grow, { ...options, resume })));
  const trained = growth ?? (await trainOnce(folder, options, () => pretrain(input, options)));
  const found = foundBy(trained, folder, stages);
  const extra = {
    ...(growth && grownFigures(growth.outcome)),
    ...(seen.withheld && (await stage('alignment', () => alignmentFigures(folder, threadsOf(context))))),
  };
  return { ...found, settings, ...whereAny(extra) };
}

/** Trains and ranks a student; its teacher is trained already. */
export async function runStudent(id: string, cell: StudentCell, context: CellContext): Promise<Found> {
  const { target, links, grow } = cell;
  const { student: settings } = dbp5lConfig({
    student: { start: 'random', ...(cell.settings as StudentInput) },
  });
  const { stages, stage } = stopwatch();
  const teacher = cell.teacher === null ? undefined : context.folder(cell.teacher);
  const seen = await stage('read', () => context.world.target(target, links, isGrown(cell, teacher)));
  const folder = context.folder(id);
  const trained = await trainOnce(folder, context.options, () =>
    retrain({ ...seen, target, settings, evaluation, teacher, grow, folder, id }, context.options),
  );
  const found = foundBy(trained, folder, stages);
  const copied = await context.world.copied(target);
  const options = threadsOf(context);
  const reports = await stage('evaluate', () =>
    evaluateRun(folder, { ...options, filters: FILTERS, copied }),
  );
  // Only feature distillation takes a student's vectors to the teacher's space.
  const aligned = teacher !== undefined && seen.withheld !== undefined && settings.distillation.feature !== 0;
  const extra = {
    ...(target === GREEK && (await stage('paths', () => pathFigures(folder, 'model', options)))),
    ...(aligned && (await stage('alignment', () => alignmentFigures(folder, options)))),
  };
  return { ...found, settings, metrics: metricsOf(reports), ...whereAny(extra) };
}

/** Whether links are added, for which more than the linked subgraph is needed. */
const isGrown = ({ grow }: StudentCell | BaselineCell, teacher: string | undefined): boolean =>
  grow !== undefined || (teacher !== undefined && growStateOf(teacher) !== undefined);

const whereAny = (extra: Extras) => (Object.keys(extra).length > 0 ? { extra } : {});

/** Ranks by what needs no training. */
export async function runBaseline(id: string, cell: BaselineCell, context: CellContext): Promise<Found> {
  const { target, grow } = cell;
  const { stages, stage } = stopwatch();
  const teacher = cell.teacher === null ? undefined : context.folder(cell.teacher);
  const { dataset, split } = await stage('read', () =>
    context.world.target(target, cell.links, isGrown(cell, teacher)),
  );
  const copied = await context.world.copied(target);
  const { student: settings } = dbp5lConfig();
  if (teacher !== undefined) {
    const folder = context.folder(id);
    const reports = await stage('evaluate', async () => {
      writeStudent({ dataset, target, split, settings, evaluation, teacher, grow, folder, id });
      return evaluateRun(folder, { ...threadsOf(context), filters: FILTERS, answerer: 'teacher', copied });
    });
    const options = threadsOf(context);
    const extra: Extras =
      target === GREEK ? await stage('paths', () => pathFigures(folder, 'teacher', options)) : {};
    rmSync(folder, { recursive: true });
    return { stages, metrics: metricsOf(reports), ...whereAny(extra) };
  }
  const reports = await stage('evaluate', async () => {
    const { facts, entities, relations } = prepareStudent({ dataset, target, split, settings, grow });
    const { train, test } = facts.split;
    const by = (filter: (typeof FILTERS)[number]) => {
      const asked = rankingQueries(test, knownFacts(facts.split, filter), {
        relations,
        directions: evaluation.directions,
      });
      const ranks =
        cell.by === 'frequency'
          ? frequencyRanks(asked, train, entities, relations)
          : lookupRanks(asked, train, facts.background, facts.votes, entities, relations);
      return reportOf(ranks, test, copied, dataset.relations);
    };
    return { tv: by('tv'), full: by('full') };
  });
  return { stages, metrics: metricsOf(reports) };
}

const threadsOf = ({ options: { threads, signal } }: CellContext) => ({ threads, signal });

function foundBy({ result, seconds, resumed }: Trained, folder: string, stages: Line['stages']): Found {
  const device = deviceOf(folder);
  stages.push({ name: 'train', seconds, peakMb: result.peakMb });
  return {
    stages,
    validation: result.best,
    validations: validationsOf(folder),
    epochs: result.epochs,
    bestEpoch: result.bestEpoch,
    trainSeconds: result.trainSeconds,
    prepareSeconds: result.prepareSeconds,
    ...(resumed && { resumed }),
    ...(device !== undefined && device !== CPU && { device }),
  };
}

function metricsOf(reports: Partial<Record<string, ModelReport>>): Line['metrics'] {
  const report = (name: string): Report => {
    const { all, copied, notCopied } = reports[name] as ModelReport;
    const figures = ({ count, mrr, hits1, hits10 }: ModelReport['all']) => ({ count, mrr, hits1, hits10 });
    return { whole: figures(all), copied: figures(copied), notCopied: figures(notCopied) };
  };
  return { tv: report('tv'), full: report('full') };
}
