import type { ParseArgsConfig } from 'node:util';
import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { Graphs } from '../graph/graphs.js';
import type { LogLevel } from '../operate/logLevels.js';
import type { Output } from './output.js';

export type Flags = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** What a command is run with. */
export interface Context {
  readonly positionals: readonly string[];
  readonly flags: Flags;
  readonly out: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The configuration, read when it is asked for first. */
  config(): Config;
  /** Connections, closed when the command ends. */
  graphs(purpose?: 'read' | 'write'): Promise<Graphs>;
  /** Has something closed when the command ends; what was opened last is closed first. */
  closing(close: () => Promise<void>): void;
  /** Writes into the log what is no event of the library, as `command.type`; nothing where no log is kept. */
  note(event: { readonly type: string }, level?: LogLevel): void;
}

/** The refusal of two options that ask for different things. @param next what to do instead */
export const notTogether = (one: string, other: string, next: string): KgmentorError =>
  new KgmentorError('USAGE', `--${one} and --${other} cannot be together.`, { next });

/** A command as plain data; its module is loaded only when it runs. */
export interface Command {
  /** After the command's name, such as `<source> [options]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** One line an option, for --help. */
  readonly help?: Readonly<Record<string, string>>;
  /** Positional arguments: least and most. */
  readonly positionals?: readonly [number, number];
  /** Ends in order when its signal is aborted; the others end at the first Ctrl-C, having nothing to lose. */
  readonly stops?: boolean;
  run(context: Context): Promise<void>;
}

/** A flag's text, or undefined. */
export const text = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
};

/** @throws KgmentorError USAGE for a value that is not among the known ones */
export function oneOf<T extends string>(flag: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T;
  throw new KgmentorError('USAGE', `${flag} ${value}: one of ${known.join(', ')} expected.`, {
    next: 'Choose one of them.',
  });
}

/** The same of a flag that may be absent. */
export function oneOfFlag<T extends string>(flags: Flags, name: string, known: readonly T[]): T | undefined {
  const value = text(flags, name);
  return value === undefined ? undefined : oneOf(`--${name}`, value, known);
}
