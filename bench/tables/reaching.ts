import type { Line } from '../grid/results.js';
import type { Board } from './board.js';

/** Seconds of a training until a validation MRR, loading and the teacher's answers included; undefined if never. */
function secondsTo(line: Line, value: number): number | undefined {
  const hit = line.validations?.find(([, mrr]) => mrr >= value);
  return hit && hit[2] + (line.prepareSeconds ?? 0);
}

/**
 * How long a student without distillation takes to its best validation MRR, and the distilled one to the same: undefined
 * where one of them is not measured.
 */
export function reaching(
  board: Board,
  target: string,
): { readonly linked: number; readonly student: number | undefined } | undefined {
  const [linked] = board.at('small', 'linked', target);
  const [student] = board.at('small', 'student', target);
  if (!linked?.validation || !student) return undefined;
  // The best one is among the validations, so it was reached.
  return {
    linked: secondsTo(linked, linked.validation) as number,
    student: secondsTo(student, linked.validation),
  };
}
