import { points, table } from '../../../src/commands/output.js';
import type { Dbp5l, Language } from '../../dbp5l/data.js';
import { median } from '../../median.js';
import { inTurns } from '../../turns.js';
import type { Course } from './course.js';
import { aloneFacts } from './facts.js';
import { type Budget, type Setting, SIDES, type SideName } from './settings.js';
import { TRAIN } from './sides.js';
import { chosenOf, inWords, type Tried } from './tune.js';
import { readTuned } from './tuned.js';
import { BAR, type Reached, ratioOf, type Turn, turnOf } from './turns.js';

/** The comparison with PyKEEN. */
export interface PykeenCompared {
  readonly settings: Readonly<Record<SideName, Setting>>;
  readonly turns: readonly Turn[];
  /** Median of the turns; null where most turns did not come to PyKEEN's best. */
  readonly ratio: number | null;
  readonly bar: number;
  readonly held: boolean;
}

/** A seed a turn, from the first on, without the one by which settings were chosen. */
export const turnSeeds = (turns: number, first: number, tuned: number): number[] =>
  Array.from({ length: turns + 1 }, (_, i) => first + i)
    .filter((seed) => seed !== tuned)
    .slice(0, turns);

/** Both sides with the settings that were tuned, in paired turns. */
export async function comparePykeen(
  data: Dbp5l,
  target: Language,
  { turns, ...budget }: Budget & { readonly turns: number },
  say: (line: string) => void,
): Promise<PykeenCompared> {
  const { seed, ...settings } = readTuned(target, budget.dim);
  const seeds = turnSeeds(turns, budget.seed, seed);
  const facts = aloneFacts(data, target);
  const courses = await inTurns(turns, SIDES, (side, turn): Promise<Course> => {
    say(`turn ${turn + 1} of ${turns}: ${side}, ${inWords(settings[side])}`);
    return TRAIN[side](facts, settings[side], { ...budget, seed: seeds[turn] });
  });
  const done = courses.map(({ kgmentor, PyKEEN }) => turnOf(kgmentor, PyKEEN));
  const ratio = ratioOf(done);
  return {
    settings,
    turns: done,
    ratio: Number.isFinite(ratio) ? ratio : null,
    bar: BAR,
    held: ratio <= BAR,
  };
}

/** The middle of the turns. */
function middle(values: readonly (number | null)[], digits: number): string {
  const found = median(values.map((value) => value ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(found) ? found.toFixed(digits) : 'not reached';
}

export function pykeenLines({ settings, turns, ratio, bar, held }: PykeenCompared): string[] {
  const row = (side: SideName): string[] => {
    const middleOf = (field: keyof Reached, digits: number) =>
      middle(
        turns.map((turn) => turn[side][field]),
        digits,
      );
    return [
      ...[side, points(median(turns.map((turn) => turn[side].best))), middleOf('epoch', 0)],
      ...[middleOf('trainSeconds', 1), middleOf('seconds', 1), inWords(settings[side])],
    ];
  };
  const ratios = turns.map((turn) => turn.ratio?.toFixed(2) ?? 'not reached').join(', ');
  return [
    'PyKEEN’s pipeline and the student without teacher and other sources: time to PyKEEN’s best validation MRR',
    '',
    ...table(
      ['', 'best validation MRR', 'epoch', 'training s', 'with validations s', 'settings'],
      SIDES.map(row),
    ),
    `medians of ${turns.length} paired turns; training time kgmentor / PyKEEN ${ratio?.toFixed(2) ?? 'not reached'} (${ratios}); bar ${bar.toFixed(2)} ${held ? 'held' : 'missed'}`,
  ];
}

export function tunedLines(tried: readonly Tried[]): string[] {
  return [
    'Best validation MRR of each setting',
    '',
    ...table(
      ['', 'learning rate', 'N3', 'batch', 'validation MRR', 'epoch'],
      SIDES.flatMap((side) =>
        tried
          .filter((one) => one.side === side)
          .map((one) => [
            side,
            ...[one.learningRate, one.n3, one.batch].map(String),
            points(one.mrr),
            String(one.epoch),
          ]),
      ),
    ),
    ...SIDES.flatMap((side) => {
      const best = chosenOf(tried, side);
      return best ? [`${side}: ${inWords(best)}`] : [];
    }),
  ];
}
