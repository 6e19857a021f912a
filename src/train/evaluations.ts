import { join } from 'node:path';
import type { EvaluationSettings } from '../config.js';
import { frequencyRanks, lookupRanks } from '../evaluate/baselines.js';
import { copiedFacts } from '../evaluate/copied.js';
import { type FilterName, knownFacts, rankingQueries } from '../evaluate/filters.js';
import { type ModelReport, reportOf } from '../evaluate/report.js';
import { type FactNames, mostRanked, sampleRows } from '../evaluate/sample.js';
import type { RankingQueries } from '../evaluate/types.js';
import { pickTriples } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import { readTensors } from '../model/safetensors.js';
import { candidateClasses, readEvaluationInput, withinTarget } from './evaluationInput.js';
import { type Facts, readRecord, writeRecord } from './folder.js';
import { files } from './job.js';
import type { RunOptions } from './runFolder.js';
import { askInProcess } from './tasks/inProcess.js';

/** Whose answers are ranked: the student's, its teacher's through the links, or a baseline without parameters. */
export type Answerer = 'model' | 'teacher' | 'frequency' | 'lookup';

export interface EvaluateOptions extends Pick<RunOptions, 'threads' | 'signal' | 'device' | 'onEvent'> {
  readonly facts?: 'valid' | 'test';
  readonly filters?: readonly FilterName[];
  readonly answerer?: Answerer;
  /** Facts that are ranked at most; as {@link mostRanked} says where absent. */
  readonly most?: number;
  readonly evaluation?: EvaluationSettings;
  /** [facts] 1 where a fact counts as copied; where the run's own links find it in another source if absent. */
  readonly copied?: Uint8Array;
}

const queriesOf = (
  facts: Facts,
  asked: Triples,
  filter: FilterName,
  relations: number,
  evaluation: EvaluationSettings,
): RankingQueries => {
  const label = candidateClasses(facts, evaluation);
  const { directions } = evaluation;
  return rankingQueries(asked, knownFacts(facts.split, filter), {
    relations,
    directions,
    ...(label && { label }),
  });
};

/**
 * What validation asks while training: the `tv` filter, test facts unseen.
 *
 * @param names of the target's entities and of relations, by which a sample is chosen where there are too many facts
 */
export function validQueries(facts: Facts, names: FactNames, evaluation: EvaluationSettings): RankingQueries {
  const { valid } = facts.split;
  const rows = sampleRows(valid, names, mostRanked(facts.label.length, 'valid', evaluation));
  return queriesOf(facts, rows ? pickTriples(valid, rows) : valid, 'tv', names.relations.length, evaluation);
}

/**
 * Filtered ranks of a finished student run on its held-out facts, whole and split into copied and not-copied ones:
 * a fact is copied where it stands in another source as well. Where there are more facts than {@link mostRanked} lets
 * be, a sample is ranked, the same for every run on the same facts.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no finished student
 * @example
 * const { tv } = await evaluateRun('runs/movies', { filters: ['tv', 'full'] });
 * tv.notCopied.mrr; // in [0, 1]
 */
export async function evaluateRun(
  folder: string,
  options: EvaluateOptions = {},
): Promise<Partial<Record<FilterName, ModelReport>>> {
  const { filters = ['tv', 'full'], answerer = 'model' } = options;
  const { facts, entities, keys, relations, evaluation } = readEvaluationInput(folder, options.evaluation);
  const side = options.facts ?? 'test';
  const all = facts.split[side];
  const rows = sampleRows(all, { keys, relations }, options.most ?? mostRanked(entities, side, evaluation));
  const asked = rows ? pickTriples(all, rows) : all;
  const given = options.copied;
  const copied = given
    ? rows
      ? Uint8Array.from(rows, (row) => given[row])
      : given
    : copiedFacts(asked, withinTarget(facts, entities), entities, relations.length);
  const queries = Object.fromEntries(
    filters.map((filter) => [filter, queriesOf(facts, asked, filter, relations.length, evaluation)]),
  );
  const ranks =
    answerer === 'model' || answerer === 'teacher'
      ? await ranksBy(folder, answerer, queries, options)
      : baselineRanks(facts, queries, answerer, entities, relations.length);
  return Object.fromEntries(
    filters.map((filter) => [
      filter,
      {
        ...reportOf(ranks[filter], asked, copied, relations),
        ...(rows && { sampledFrom: all.head.length }),
      },
    ]),
  );
}

function baselineRanks(
  facts: Facts,
  queries: Readonly<Record<string, RankingQueries>>,
  answerer: 'frequency' | 'lookup',
  entities: number,
  relations: number,
): Record<string, Float64Array> {
  const background = withinTarget(facts, entities);
  return Object.fromEntries(
    Object.entries(queries).map(([filter, asked]) => [
      filter,
      answerer === 'frequency'
        ? frequencyRanks(asked, facts.split.train, entities, relations)
        : lookupRanks(asked, facts.split.train, background, background.votes, entities, relations),
    ]),
  );
}

/** Ranks of queries on a run's own rows, by its model or by its teacher through the links. */
export const ranksBy = (
  folder: string,
  by: 'model' | 'teacher',
  evaluations: Readonly<Record<string, RankingQueries>>,
  options: EvaluateOptions,
): Promise<Record<string, Float32Array>> =>
  askInProcess(
    folder,
    {
      mode: 'rank',
      by,
      evaluations,
      read(asked) {
        const { tensors } = readTensors(join(asked, files.ranks));
        return Object.fromEntries(
          Object.keys(evaluations).map((name) => [name, tensors[name].data as Float32Array]),
        );
      },
    },
    options,
  );

/** Evaluates a student on its test facts and keeps the figures in its record. */
export async function evaluateAndRecord(
  folder: string,
  options: EvaluateOptions = {},
): Promise<Partial<Record<FilterName, ModelReport>>> {
  const reports = await evaluateRun(folder, options);
  const metrics = Object.fromEntries(
    Object.entries(reports).map(([filter, { byRelation: _, ...rest }]) => [filter, rest]),
  );
  writeRecord(folder, { ...readRecord(folder), metrics });
  return reports;
}
