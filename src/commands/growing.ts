import { KgmentorError } from '../errors.js';
import type { GrowOutcome } from '../train/growLinks.js';
import type { GrowSettings } from '../train/growState.js';
import { type Flags, text } from './command.js';
import { count, points } from './output.js';

/** Flags of `pretrain` about growing links. */
export const growOptions = {
  'grow-links': { type: 'boolean' },
  rounds: { type: 'string' },
  precision: { type: 'string' },
} as const;

export const precisionHelp =
  'of --grow-links: wanted share of right ones among the added links, 0.9 where absent';

export const growHelp = {
  '--grow-links': 'where links are few: add links that structure and vectors are sure of, and train on',
  '--rounds N': 'of --grow-links: trainings at most, 2 where absent; 1 adds links by structure alone',
  '--precision P': precisionHelp,
};

/** The flags as settings; undefined without --grow-links. */
export function growSettings(flags: Flags): GrowSettings | undefined {
  const grow = precisionOf(flags);
  if (!grow) return undefined;
  const rounds = Number(text(flags, 'rounds') ?? 2);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new KgmentorError('USAGE', `--rounds ${text(flags, 'rounds')} is no whole number above zero.`);
  return { rounds, ...grow };
}

/** How sure added links are to be; undefined without --grow-links. */
export function precisionOf(flags: Flags): { precision: number } | undefined {
  const given = text(flags, 'precision');
  if (!flags['grow-links']) {
    const stray = ['precision', 'rounds'].find((name) => text(flags, name) !== undefined);
    if (stray === undefined) return undefined;
    throw new KgmentorError('USAGE', `--${stray} says how --grow-links works.`, {
      next: 'Add --grow-links.',
    });
  }
  const precision = Number(given ?? 0.9);
  if (!(precision > 0 && precision < 1))
    throw new KgmentorError('USAGE', `--precision ${given} is not between 0 and 1.`);
  return { precision };
}

/** What was added, and how much of it is right where that is known. */
export function growLines({ links, judged }: GrowOutcome): string[] {
  const right = judged
    ? `; of ${count(judged.judged)} that withheld links can judge ${points(judged.precision)}% are right`
    : '';
  return [`${count(links)} links added${right}`];
}
