import type { Dbp5l, Language } from '../../dbp5l/data.js';
import { bestOf } from './course.js';
import { aloneFacts } from './facts.js';
import { type Budget, type Setting, SIDES, type SideName, SPACE } from './settings.js';
import { TRAIN } from './sides.js';

/** A setting's best validation. */
export interface Tried extends Setting {
  readonly side: SideName;
  readonly mrr: number;
  readonly epoch: number;
}

/**
 * All settings of the space on both sides, one training after another, each with the same budget.
 *
 * @param earlier tried already with that budget, and not tried again
 * @param keep is given all that was tried after each training
 */
export async function tune(
  data: Dbp5l,
  target: Language,
  budget: Budget,
  { earlier, keep, say }: Tuning,
): Promise<Tried[]> {
  const facts = aloneFacts(data, target);
  const tried = [...earlier];
  for (const setting of SPACE)
    for (const side of SIDES) {
      const isThis = (one: Tried) => one.side === side && inWords(one) === inWords(setting);
      if (tried.some(isThis)) continue;
      const { value, epoch } = bestOf(await TRAIN[side](facts, setting, budget));
      tried.push({ side, ...setting, mrr: value, epoch });
      say(`${side} ${inWords(setting)}: validation MRR ${(100 * value).toFixed(2)} at epoch ${epoch}`);
      keep(tried);
    }
  return tried;
}

export interface Tuning {
  readonly earlier: readonly Tried[];
  readonly keep: (tried: readonly Tried[]) => void;
  readonly say: (line: string) => void;
}

export const inWords = ({ learningRate, n3, batch }: Setting): string =>
  `learning rate ${learningRate}, N3 ${n3}, batch ${batch}`;

/** The setting of a side with the highest validation MRR; undefined where none was tried. */
export function chosenOf(tried: readonly Tried[], side: SideName): Setting | undefined {
  const mine = tried.filter((one) => one.side === side);
  if (mine.length === 0) return undefined;
  const { learningRate, n3, batch } = mine.reduce((best, one) => (one.mrr > best.mrr ? one : best));
  return { learningRate, n3, batch };
}
