import { KgmentorError } from '../../errors.js';
import type { RunRecord } from '../../train/folder.js';
import type { Context } from '../command.js';

/** What a task of `evaluate` is run with, as far as all tasks share it. */
export interface TaskContext extends Pick<Context, 'flags' | 'out' | 'signal'> {
  readonly folder: string;
  readonly record: RunRecord;
  readonly facts: 'valid' | 'test';
  /** One of the task's answerers. */
  readonly by: string;
  readonly threads?: number;
}

/** A value of `evaluate --task`. */
export interface Task {
  /** Flags that not every task has. */
  readonly flags: readonly string[];
  readonly answerers: readonly string[];
  run(context: TaskContext): Promise<void>;
}

/** @throws KgmentorError USAGE for a text that is no whole number of at least `least` */
export function whole(flag: string, value: string, least: number): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number;
  throw new KgmentorError('USAGE', `${flag} ${value}: a whole number of at least ${least} expected.`);
}

/** The same of a flag that may be absent. */
export const wholeFlag = ({ flags }: TaskContext, name: string, least: number): number | undefined => {
  const value = flags[name];
  return typeof value === 'string' ? whole(`--${name}`, value, least) : undefined;
};

export const noFacts = ({ record, facts }: TaskContext): KgmentorError =>
  new KgmentorError('NO_DATA', `The run ${record.id} has no ${facts} facts.`, {
    next: `Set heldOut.${facts} above zero in the configuration and retrain.`,
  });
