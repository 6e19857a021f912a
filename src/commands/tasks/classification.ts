import type { ClassificationFigures } from '../../evaluate/classification.js';
import { evaluateClassification } from '../../train/tasks/classification.js';
import { count, points, table } from '../output.js';
import { noFacts, type Task, wholeFlag } from './task.js';

export const classification: Task = {
  flags: ['seed'],
  answerers: ['model', 'teacher'],
  async run(context) {
    const { folder, record, facts, by, threads, out, signal } = context;
    const { without, ...metrics } = await evaluateClassification(folder, {
      facts,
      answerer: by as 'model' | 'teacher',
      seed: wholeFlag(context, 'seed', 0),
      signal,
      threads,
    });
    if (metrics.all.count === 0) throw noFacts(context);
    if (without > 0)
      out.say(`${count(without)} facts left out: all that could stand in their place is known`);
    if (facts === 'valid') out.say('the thresholds were fitted on these very facts');
    out.data({ run: record.id, task: 'classification', by, facts, metrics, without }, () =>
      table(
        ['facts', 'true and false', 'accuracy', 'precision', 'recall', 'F1', 'AUC'],
        [line('all', metrics.all), line('copied', metrics.copied), line('not copied', metrics.notCopied)],
      ),
    );
  },
};

const line = (name: string, m: ClassificationFigures): string[] => [
  name,
  count(m.count),
  ...[m.accuracy, m.precision, m.recall, m.f1, m.auc].map(points),
];
