import { type AlignmentReport, evaluateAlignment } from '../../train/evaluateAlignment.js';
import { count, points, table } from '../output.js';
import type { Task } from './task.js';

/** Of a student its target against each other source of its teacher, of a teacher each two of its sources. */
export const alignment: Task = {
  flags: [],
  answerers: ['model'],
  async run({ folder, record, out, signal, threads }) {
    const pairs = await evaluateAlignment(folder, { signal, threads });
    out.data({ run: record.id, task: 'alignment', pairs }, () => lines(pairs));
  },
};

/** Figures of both directions together, by plain cosine and by CSLS. */
const lines = (pairs: readonly AlignmentReport[]): string[] =>
  table(
    [
      'left',
      'right',
      'links',
      'known',
      'Hits@1',
      'Hits@10',
      'MRR',
      'CSLS Hits@1',
      'CSLS Hits@10',
      'CSLS MRR',
    ],
    pairs.map(({ left, right, count: asked, known, cosine, csls }) => [
      left,
      right,
      count(asked),
      count(known),
      ...[cosine.both, csls.both].flatMap(({ hits1, hits10, mrr }) => [hits1, hits10, mrr].map(points)),
    ]),
  );
