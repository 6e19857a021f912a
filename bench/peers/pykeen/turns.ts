import { median } from '../../median.js';
import { bestOf, type Course, reaching } from './course.js';

/** The product's time may be this share of PyKEEN's. */
export const BAR = 0.5;

/** One side in one turn. */
export interface Reached {
  /** Its own best validation MRR. */
  readonly best: number;
  /** When it first came to PyKEEN's best; epoch and seconds are null where it never did. */
  readonly epoch: number | null;
  readonly trainSeconds: number | null;
  readonly seconds: number | null;
}

export interface Turn {
  readonly kgmentor: Reached;
  readonly PyKEEN: Reached;
  /** Seconds of training, kgmentor / PyKEEN; null where kgmentor did not come to PyKEEN's best. */
  readonly ratio: number | null;
}

/** Both courses of one turn, by the time to PyKEEN's best validation MRR. */
export function turnOf(product: Course, pykeen: Course): Turn {
  const goal = bestOf(pykeen).value;
  const reached = (course: Course): Reached => {
    const { epoch = null, trainSeconds = null, seconds = null } = reaching(course, goal) ?? {};
    return { best: bestOf(course).value, epoch, trainSeconds, seconds };
  };
  const turn = { kgmentor: reached(product), PyKEEN: reached(pykeen) };
  const [ours, theirs] = [turn.kgmentor.trainSeconds, turn.PyKEEN.trainSeconds];
  return { ...turn, ratio: ours === null || theirs === null ? null : ours / theirs };
}

/** The median of the turns' ratios: infinite where most turns did not come to PyKEEN's best. */
export const ratioOf = (turns: readonly Turn[]): number =>
  median(turns.map(({ ratio }) => ratio ?? Number.POSITIVE_INFINITY));
