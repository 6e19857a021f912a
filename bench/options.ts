import { KgmentorError } from '../src/errors.js';

/** An option of a bench as the help tells it; one without `takes` is a switch. */
export interface Option {
  readonly takes?: string;
  readonly help: string;
}

/** Given values by option: text, or true for a switch. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

export const text = (values: Values, name: string): string | undefined => values[name] as string | undefined;
export const list = (values: Values, name: string): string[] | undefined => text(values, name)?.split(',');
export const isOn = (values: Values, name: string): boolean => values[name] === true;
export function number<D extends number | undefined>(values: Values, name: string, absent: D): number | D {
  const given = text(values, name);
  if (given === undefined) return absent;
  if (given.trim() === '' || Number.isNaN(Number(given)))
    throw new KgmentorError('USAGE', `--${name} ${given} is no number.`);
  return Number(given);
}

/** An option that takes a value. */
export const takes = (what: string, help: string): Option => ({ takes: what, help });
export const data = { data: takes('DIR', 'folder of DBP-5L, ../shared/data/dbp5l where absent') };
export const target = { target: takes('L', 'language of the student, el where absent') };
export const seed = { seed: takes('N', 'seed of all that is drawn, 1 where absent') };
export const threads = { threads: takes('N', 'threads of TensorFlow') };
export const turns = (absent: number) => ({ turns: takes('N', `paired turns, ${absent} where absent`) });
export const dim = (absent: number) => ({ dim: takes('N', `numbers a vector, ${absent} where absent`) });

/** What most benches of trainings are given. */
export const common = (values: Values) => ({
  target: text(values, 'target') ?? 'el',
  data: dataOf(values),
  seed: number(values, 'seed', 1),
  threads: number(values, 'threads', undefined),
  json: isOn(values, 'json'),
});
export const dataOf = (values: Values) => text(values, 'data') ?? '../shared/data/dbp5l';
