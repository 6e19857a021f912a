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

export const growHelp = {
  '--grow-links': 'where links are few: add links that structure and vectors are sure of, and train on',
  '--rounds N': 'of --grow-links: trainings at most, 2 where absent; 1 adds links by structure alone',
  '--precision P': 'of --grow-links: wanted share of right ones among the added links, 0.9 where absent',
};

/** The flags as settings; undefined without --grow-links. */
export function growSettings(flags: Flags): GrowSettings | undefined {
  const [rounds, precision] = [text(flags, 'rounds'), text(flags, 'precision')];
  if (!flags['grow-links']) {
    if (rounds === undefined && precision === undefined) return undefined;
    throw new KgmentorError('USAGE', '--rounds and --precision say how --grow-links works.', {
      next: 'Add --grow-links.',
    });
  }
  const settings = { rounds: Number(rounds ?? 2), precision: Number(precision ?? 0.9) };
  if (!Number.isInteger(settings.rounds) || settings.rounds < 1)
    throw new KgmentorError('USAGE', `--rounds ${rounds} is no whole number above zero.`);
  if (!(settings.precision > 0 && settings.precision < 1))
    throw new KgmentorError('USAGE', `--precision ${precision} is not between 0 and 1.`);
  return settings;
}

/** What was added, and how much of it is right where that is known. */
export function growLines({ links, judged }: GrowOutcome): string[] {
  const right = judged
    ? `; of ${count(judged.judged)} that withheld links can judge ${points(judged.precision)}% are right`
    : '';
  return [`${count(links)} links added${right}`];
}
