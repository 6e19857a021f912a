import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EvaluationSettings } from '../config.js';
import type { GateSettings } from '../configOperate.js';
import { KgmentorError } from '../errors.js';
import type { Metrics } from '../evaluate/metrics.js';
import type { OnEvent } from '../events.js';
import type { PublishedFigures } from '../graph/publishedModel.js';
import { compareRuns } from '../train/compareRuns.js';
import { type EvaluateOptions, evaluateRun } from '../train/evaluations.js';
import { readRecord, writeRecord } from '../train/folder.js';
import { files } from '../train/job.js';
import { listRunFolders } from '../train/runs.js';

export interface GateInput {
  /** Run folder of the student that wants to be published. */
  readonly folder: string;
  /** What readers use now; absent where nothing is published. */
  readonly published?: PublishedFigures;
  /** Folder of the runs, in which the published model's own run may lie. */
  readonly runs: string;
  readonly gate: GateSettings;
  readonly evaluation: EvaluationSettings;
}

/** How a student was judged; figures are shares in [0, 1]. */
export interface GateVerdict {
  readonly passed: boolean;
  /** One sentence for people. */
  readonly why: string;
  /**
   * `first`: nothing is published to compare with. `same`: it is the published one. `asked`: both models were asked the
   * same validation facts. `recorded`: the published model's figure is the one recorded with it. `unknown`: nothing can
   * be compared.
   */
  readonly basis: 'first' | 'same' | 'asked' | 'recorded' | 'unknown';
  readonly metric: GateSettings['metric'];
  readonly tolerance: number;
  readonly candidate: number;
  readonly published?: number;
  /** Id of the published model. */
  readonly against?: string;
  /** Validation facts that the comparison is about. */
  readonly facts: number;
}

/**
 * Judges whether a student may take the published one's place: its figure on the validation facts must not be worse
 * than the published model's by more than the tolerance. Facts are held out by the same keyed hash for both, and test
 * facts are not asked. Where the published model's run folder is there, both are asked the same questions
 * (`compareRuns`), so that growth of the graph is no excuse for either. The verdict is kept in the run's record; a
 * refusal is told as an event.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no finished student
 * @example
 * const { passed, why } = await judge({ folder, published, runs: config.runs, ...config });
 */
export async function judge(
  input: GateInput,
  {
    onEvent,
    ...options
  }: Pick<EvaluateOptions, 'threads' | 'signal' | 'device'> & { onEvent?: OnEvent } = {},
): Promise<GateVerdict> {
  const { verdict, whole } = await compare(input, options);
  const record = readRecord(input.folder);
  const metrics = { ...record.metrics, valid: { all: whole } };
  writeRecord(input.folder, { ...record, metrics, gate: { ...verdict, at: new Date().toISOString() } });
  if (!verdict.passed)
    onEvent?.({ type: 'refused', source: record.target ?? '', model: record.id, message: verdict.why });
  return verdict;
}

async function compare(
  { folder, published, runs, gate, evaluation }: GateInput,
  options: Pick<EvaluateOptions, 'threads' | 'signal' | 'device'>,
): Promise<{ verdict: GateVerdict; whole: Metrics }> {
  const { metric, tolerance } = gate;
  const how = { evaluation, ...options };
  const id = readRecord(folder).id;
  const run = published && listRunFolders(runs).find(({ record }) => record.id === published.id);
  if (published && run && published.id !== id && existsSync(join(run.folder, files.model))) {
    const { newer, older, whole, facts } = await compareRuns(folder, run.folder, how);
    const figures = { candidate: newer[metric], published: older[metric], facts };
    const basis = facts > 0 ? 'asked' : 'unknown';
    return { verdict: verdictOf({ gate, basis, against: published.id, ...figures }), whole };
  }
  const { tv } = await evaluateRun(folder, { facts: 'valid', filters: ['tv'], ...how });
  const whole = (tv as { all: Metrics }).all;
  const about = { metric, tolerance, candidate: whole[metric], facts: whole.count };
  if (!published)
    return { verdict: { passed: true, why: 'nothing is published yet', basis: 'first', ...about }, whole };
  if (published.id === id)
    return { verdict: { passed: true, why: 'it is the published one', basis: 'same', ...about }, whole };
  const recorded = published.metrics[`valid.${metric}`];
  const basis = recorded === undefined || whole.count === 0 ? 'unknown' : 'recorded';
  return {
    verdict: verdictOf({ gate, basis, against: published.id, ...about, published: recorded }),
    whole,
  };
}

function verdictOf({
  gate: { metric, tolerance },
  basis,
  candidate,
  published,
  against,
  facts,
}: Pick<GateVerdict, 'basis' | 'candidate' | 'published' | 'facts'> & {
  readonly gate: GateSettings;
  readonly against: string;
}): GateVerdict {
  const about = { basis, metric, tolerance, candidate, against, facts };
  if (basis === 'unknown' || published === undefined)
    return {
      ...about,
      passed: false,
      why: `it cannot be compared with ${against}: there are no validation facts that both can be asked, and no recorded figure`,
    };
  // Figures are means of ranks' functions: what differs in the last bits is the same.
  const passed = candidate >= published - tolerance - 1e-9;
  const points = (share: number) => (100 * share).toFixed(2);
  const where =
    basis === 'asked' ? `on ${facts} validation facts that both were asked` : 'as it was recorded';
  return {
    ...about,
    published,
    passed,
    why: `${nameOf(metric)} ${points(candidate)} against ${points(published)} of ${against} ${where}, ${points(tolerance)} worse at most`,
  };
}

const nameOf = (metric: GateSettings['metric']): string => ({ mrr: 'MRR', hits10: 'Hits@10' })[metric];

/** What a command tells that ends with a refused student. */
export const refusal = (target: string, run: string, { why }: Pick<GateVerdict, 'why'>): KgmentorError =>
  new KgmentorError('GATE', `The student ${run} of ${target} is not published: ${why}.`, {
    next: `Readers stay with the old one. \`kgmentor publish ${target} --run ${run}\` publishes it all the same.`,
  });
