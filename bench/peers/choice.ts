import { availableParallelism } from 'node:os';
import { KgmentorError } from '../../src/errors.js';
import { LANGUAGES, type Language } from '../dbp5l/data.js';

export const PARTS = ['pykeen', 'gds'] as const;
export type Part = (typeof PARTS)[number];

/** What the command line says. */
export interface PeersOptions {
  readonly data: string;
  readonly target: string;
  /** One of the parts; both where absent. */
  readonly only?: string;
  /** Tries the settings of both sides instead of comparing. */
  readonly tune: boolean;
  readonly turns: number;
  readonly dim: number;
  /** Of a training, at most. */
  readonly epochs: number;
  readonly seed: number;
  readonly threads?: number;
  /** Run folder of a teacher, for one more row beside GDS. */
  readonly teacher?: string;
  readonly json: boolean;
}

/** The same, known to be right. */
export interface PeersChoice extends Omit<PeersOptions, 'target' | 'only' | 'threads'> {
  readonly target: Language;
  readonly parts: readonly Part[];
  readonly threads: number;
}

/** @throws KgmentorError USAGE for an unknown part or language, or a number that counts nothing */
export function chosen(options: PeersOptions): PeersChoice {
  const { turns, dim, epochs, tune, only, threads = availableParallelism() } = options;
  for (const [name, value] of Object.entries({ turns, dim, epochs, threads }))
    if (!Number.isInteger(value) || value < 1)
      throw new KgmentorError('USAGE', `--${name} is ${value}; a whole number from 1 on expected.`);
  if (dim % 2 !== 0) throw new KgmentorError('USAGE', `--dim is ${dim}; an even number expected.`);
  const target = LANGUAGES.find((language) => language === options.target);
  if (!target)
    throw new KgmentorError('USAGE', `--target ${options.target}: one of ${LANGUAGES.join(', ')} expected.`);
  const parts = PARTS.filter((part) => only === undefined || part === only);
  if (parts.length === 0)
    throw new KgmentorError('USAGE', `--only ${only}: one of ${PARTS.join(', ')} expected.`);
  if (tune && !parts.includes('pykeen'))
    throw new KgmentorError('USAGE', '--tune is of the comparison with PyKEEN, and --only leaves that out.');
  return { ...options, target, parts, threads };
}
