import { evaluateAlignment } from '../../src/train/evaluateAlignment.js';
import type { GrowOutcome } from '../../src/train/growLinks.js';
import type { RunOptions } from '../../src/train/runFolder.js';
import { evaluatePaths } from '../../src/train/tasks/paths.js';

/** Figures beside those of completion, by what they are called in the tables. */
export type Extras = Record<string, number>;

/** Path queries of two and three relations. */
export async function pathFigures(
  folder: string,
  answerer: 'model' | 'teacher',
  options: Pick<RunOptions, 'threads' | 'signal'>,
): Promise<Extras> {
  const { lengths } = await evaluatePaths(folder, { ...options, answerer });
  return Object.fromEntries(
    lengths.flatMap(({ hops, all, copied, notCopied }) => [
      [`paths of ${hops}: count`, all.count],
      [`paths of ${hops}: MRR`, all.mrr],
      [`paths of ${hops}: copied MRR`, copied.mrr],
      [`paths of ${hops}: not copied MRR`, notCopied.mrr],
    ]),
  );
}

/** Alignment of each pair of languages on the links that were withheld, in both directions together. */
export async function alignmentFigures(
  folder: string,
  options: Pick<RunOptions, 'threads' | 'signal'>,
): Promise<Extras> {
  const reports = await evaluateAlignment(folder, options);
  return Object.fromEntries(
    reports.flatMap(({ left, right, count, cosine, csls }) => [
      [`alignment ${left}-${right}: count`, count],
      [`alignment ${left}-${right}: cosine Hits@1`, cosine.both.hits1],
      [`alignment ${left}-${right}: CSLS Hits@1`, csls.both.hits1],
      [`alignment ${left}-${right}: CSLS MRR`, csls.both.mrr],
    ]),
  );
}

/** What growing links added, and how much of it is right. */
export const grownFigures = ({ rounds, links, judged }: GrowOutcome): Extras => ({
  added: links,
  'added by structure': rounds.reduce((sum, { byStructure }) => sum + byStructure, 0),
  'added by vectors': rounds.reduce((sum, { byVectors }) => sum + byVectors, 0),
  ...(judged && { judged: judged.judged, right: judged.right, precision: judged.precision }),
});
