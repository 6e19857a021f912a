import { seededRandom } from '../kg/random.js';
import type { SoftLinks } from './job.js';

/** Stream of the choice of soft links beside others of the seed. */
const STREAM = 411;

/** Softly linked pairs of a step, as many as its batch has queries. */
export function chosenLinks(
  { left, right, weight }: SoftLinks,
  size: number,
  seed: number,
  count: number,
): Pick<SoftLinks, 'left' | 'right' | 'weight'> {
  const random = seededRandom(seed, count, STREAM);
  const n = Math.min(size, left.length);
  const at = Int32Array.from({ length: n }, () => Math.floor(random() * left.length));
  return {
    left: at.map((i) => left[i]),
    right: at.map((i) => right[i]),
    weight: Float32Array.from(at, (i) => weight[i]),
  };
}
