import { availableParallelism } from 'node:os';
import { KgmentorError } from '../../src/errors.js';
import { LANGUAGES, type Language } from '../dbp5l/data.js';
import { CASE_NAMES, type CaseName } from './cases.js';

/** What the command line says. */
export interface CoreOptions {
  readonly data: string;
  readonly target: string;
  /** Names of cases with commas between; all where absent. */
  readonly encoder?: string;
  readonly turns: number;
  readonly steps: number;
  readonly seed: number;
  readonly threads?: number;
  readonly json: boolean;
}

/** The same, known to be right. */
export interface CoreChoice extends Pick<CoreOptions, 'data' | 'turns' | 'steps' | 'seed' | 'json'> {
  readonly target: Language;
  readonly encoders: readonly CaseName[];
  readonly threads: number;
}

/** @throws KgmentorError USAGE for an unknown encoder or language, or a number that counts nothing */
export function chosen(options: CoreOptions): CoreChoice {
  const { turns, steps, threads = availableParallelism() } = options;
  for (const [name, value] of Object.entries({ turns, steps, threads }))
    if (!Number.isInteger(value) || value < 1)
      throw new KgmentorError('USAGE', `--${name} is ${value}; a whole number from 1 on expected.`);
  return {
    ...options,
    threads,
    target: oneOf('target', options.target, LANGUAGES),
    encoders: options.encoder?.split(',').map((name) => oneOf('encoder', name, CASE_NAMES)) ?? CASE_NAMES,
  };
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found === undefined)
    throw new KgmentorError('USAGE', `--${option} ${value}: one of ${known.join(', ')} expected.`);
  return found;
}
