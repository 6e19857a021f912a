import { metricsOf } from '../../evaluate/metrics.js';
import { pathQueries, reachedBy } from '../../evaluate/pathQueries.js';
import type { ModelReport } from '../../evaluate/report.js';
import { candidateClasses, readEvaluationInput, withinTarget } from '../evaluationInput.js';
import type { EvaluateOptions } from '../evaluations.js';
import { askInProcess } from './inProcess.js';
import { readPathAnswers, writePathQuestions } from './pathQuestions.js';

export interface EvaluatePathsOptions
  extends Pick<EvaluateOptions, 'facts' | 'evaluation' | 'threads' | 'signal'> {
  /** The student's own answers, or its teacher's through the links. */
  readonly answerer?: 'model' | 'teacher';
  /** Numbers of relations; 2 and 3 where absent. */
  readonly hops?: readonly number[];
  /** Queries of each length at most; 2,000 where absent. */
  readonly count?: number;
  /** Chooses the queries; 1 where absent. */
  readonly seed?: number;
  /** Entities from which a triple encoder goes on at each relation; 32 where absent. */
  readonly beam?: number;
}

/** Figures on path queries of one length; copied are those whose answer is reached by known and linked facts alone. */
export interface PathReport extends Pick<ModelReport, 'all' | 'copied' | 'notCopied'> {
  readonly hops: number;
}

export interface PathEvaluation {
  /** Width of the beam; null where a path encoder answers in one pass. */
  readonly beam: number | null;
  readonly lengths: readonly PathReport[];
}

/**
 * Filtered ranks of a finished student run on path queries (h, r₁, r₂, …, ?) whose answer is reached only with the help
 * of a held-out fact. All other answers that the graph gives are filtered out. A path encoder reads a whole path, the
 * entities in between hidden; a triple encoder is asked one relation after another by beam search.
 *
 * Queries to choose settings on are those of `facts: 'valid'`, which no test fact takes part in.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no finished student, or no teacher whose answers are asked for
 * @example
 * const { lengths } = await evaluatePaths('runs/movies', { hops: [2] });
 * lengths[0].notCopied.mrr; // in [0, 1]
 */
export async function evaluatePaths(
  folder: string,
  options: EvaluatePathsOptions = {},
): Promise<PathEvaluation> {
  const { answerer = 'model', hops = [2, 3], count = 2000, seed = 1, beam = 32 } = options;
  const { facts, entities, relations: names, evaluation } = readEvaluationInput(folder, options.evaluation);
  const relations = names.length;
  const { train, valid, test } = facts.split;
  const [asked, known] = options.facts === 'valid' ? [valid, [train]] : [test, [train, valid]];
  const label = candidateClasses(facts, evaluation);
  const { directions } = evaluation;
  const sample = { entities, relations, directions, count, seed, ...(label && { label }) };
  const queries = new Map(
    hops.map((length) => [length, pathQueries(asked, known, { ...sample, hops: length })]),
  );
  const { ranks, byBeam } = await askInProcess(
    folder,
    {
      mode: 'paths',
      by: answerer,
      write: (at) => writePathQuestions(at, { queries, beam }),
      read: readPathAnswers,
    },
    options,
  );
  const copies = [...known, withinTarget(facts, entities)];
  return {
    beam: byBeam ? beam : null,
    lengths: [...queries].map(([length, some]) => {
      const copied = reachedBy(some, copies, entities, relations);
      const found = ranks.get(length) as Float32Array;
      return {
        hops: length,
        all: metricsOf(found),
        copied: metricsOf(found, (i) => copied[i] === 1),
        notCopied: metricsOf(found, (i) => copied[i] === 0),
      };
    }),
  };
}
