import { KgmentorError } from '../../errors.js';
import { evaluatePaths } from '../../train/tasks/paths.js';
import { text } from '../command.js';
import { metricLines } from '../training.js';
import { evaluationOf } from './evaluationFlags.js';
import { type Task, whole, wholeFlag } from './task.js';

export const paths: Task = {
  flags: ['hops', 'count', 'beam', 'seed', 'directions', 'candidates'],
  answerers: ['model', 'teacher'],
  async run(context) {
    const { folder, record, facts, by, threads, flags, out, signal } = context;
    const { beam, lengths } = await evaluatePaths(folder, {
      facts,
      answerer: by as 'model' | 'teacher',
      hops: text(flags, 'hops')
        ?.split(',')
        .map((hops) => whole('--hops', hops, 2)),
      count: wholeFlag(context, 'count', 1),
      beam: wholeFlag(context, 'beam', 1),
      seed: wholeFlag(context, 'seed', 0),
      evaluation: evaluationOf(context),
      signal,
      threads,
    });
    if (lengths.every(({ all }) => all.count === 0))
      throw new KgmentorError(
        'NO_DATA',
        `No path query of the run ${record.id} needs one of its ${facts} facts.`,
        {
          next: `Hold more facts out (heldOut.${facts}) and retrain, or ask in both directions (--directions both).`,
        },
      );
    out.say(beam === null ? 'answered in one pass' : `answered by beam search, ${beam} wide`);
    const metrics = Object.fromEntries(
      lengths.map(({ hops, all, copied, notCopied }) => [hops, { all, copied, notCopied }]),
    );
    out.data({ run: record.id, task: 'paths', by, facts, beam, metrics }, () =>
      metricLines(metrics, 'relations'),
    );
  },
};
