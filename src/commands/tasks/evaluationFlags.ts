import type { EvaluationSettings } from '../../config.js';
import { oneOf, text } from '../command.js';
import type { TaskContext } from './task.js';

/** The run's own settings, as far as flags do not change them. */
export function evaluationOf({ record, flags }: TaskContext): EvaluationSettings {
  const own = record.settings.evaluation as EvaluationSettings;
  return {
    ...own,
    directions: oneOf('--directions', text(flags, 'directions') ?? own.directions, ['tails', 'both']),
    candidates: oneOf('--candidates', text(flags, 'candidates') ?? own.candidates, ['label', 'all']),
  };
}
