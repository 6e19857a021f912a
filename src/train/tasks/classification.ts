import { type ClassificationFigures, classify, fitThresholds } from '../../evaluate/classification.js';
import { copiedFacts } from '../../evaluate/copied.js';
import { withHardNegatives } from '../../evaluate/hardNegatives.js';
import { readEvaluationInput, withinTarget } from '../evaluationInput.js';
import type { EvaluateOptions } from '../evaluations.js';
import { type Measure, readFactScores, writeFactQuestions } from './factQuestions.js';
import { askInProcess } from './inProcess.js';

export interface EvaluateClassificationOptions extends Pick<EvaluateOptions, 'facts' | 'threads' | 'signal'> {
  /** The student's own scores, or its teacher's through the links. */
  readonly answerer?: 'model' | 'teacher';
  readonly measure?: Measure;
  /** Chooses the false facts; 1 where absent. */
  readonly seed?: number;
}

/** Figures over true facts and their false counterparts; copied are the pairs whose true fact another source holds. */
export interface ClassificationReport {
  readonly all: ClassificationFigures;
  readonly copied: ClassificationFigures;
  readonly notCopied: ClassificationFigures;
  /** Facts left out, because every entity that their relation leads to makes a known fact. */
  readonly without: number;
}

/**
 * How well a finished student run tells held-out facts from false ones whose tail is of the right type. Thresholds are
 * fitted on the validation facts and their own false counterparts; with `facts: 'valid'` the figures are over the very
 * facts that they were fitted on.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no finished student, or no teacher whose scores are asked for;
 * NO_DATA without validation facts
 * @example
 * const { all } = await evaluateClassification('runs/movies');
 * all.accuracy; // in [0, 1], 0.5 by chance
 */
export async function evaluateClassification(
  folder: string,
  options: EvaluateClassificationOptions = {},
): Promise<ClassificationReport> {
  // Validation facts of DBP-5L Greek, a student of 128 numbers: accuracy 94.12 and AUC 96.51 by log-probability, 93.26 and
  // 95.55 by score; scores of one query differ in their level from those of another.
  const { answerer = 'model', measure = 'logProbability', seed = 1 } = options;
  const { facts, entities, relations: names } = readEvaluationInput(folder);
  const relations = names.length;
  const { train, valid, test } = facts.split;
  const size = { entities, relations, seed };
  const fitted = withHardNegatives(valid, train, [train], size);
  const asked = options.facts === 'valid' ? fitted : withHardNegatives(test, train, [train, valid], size);
  const scores = await askInProcess(
    folder,
    {
      mode: 'scores',
      by: answerer,
      write: (at) => writeFactQuestions(at, { facts: { fitted: fitted.facts, asked: asked.facts }, measure }),
      read: readFactScores,
    },
    options,
  );
  const thresholds = fitThresholds(scores.fitted, fitted.truth, fitted.facts.relation);
  const pairs = asked.truth.length / 2;
  const copied = copiedFacts(asked.facts, withinTarget(facts, entities), entities, relations);
  const figures = (keep?: (row: number) => boolean) =>
    classify(scores.asked, asked.truth, asked.facts.relation, thresholds, keep);
  return {
    all: figures(),
    copied: figures((row) => copied[row % pairs] === 1),
    notCopied: figures((row) => copied[row % pairs] === 0),
    without: asked.without,
  };
}
