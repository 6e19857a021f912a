import type { FilterName } from '../../evaluate/filters.js';
import { type Answerer, evaluateRun } from '../../train/evaluations.js';
import { oneOf, text } from '../command.js';
import { count, points, table } from '../output.js';
import { metricLines } from '../training.js';
import { evaluationOf } from './evaluationFlags.js';
import { noFacts, type Task, wholeFlag } from './task.js';

export const FILTERS: readonly FilterName[] = ['raw', 'train', 'tv', 'full'];

export const completion: Task = {
  flags: ['filter', 'directions', 'candidates', 'most', 'relations'],
  answerers: ['model', 'teacher', 'frequency', 'lookup'],
  async run(context) {
    const { folder, record, facts, by, threads, flags, out, signal } = context;
    const filters = (text(flags, 'filter') ?? 'tv,full')
      .split(',')
      .map((one) => oneOf('--filter', one, FILTERS));
    const reports = await evaluateRun(folder, {
      filters,
      facts,
      answerer: by as Answerer,
      evaluation: evaluationOf(context),
      most: wholeFlag(context, 'most', 1),
      signal,
      threads,
    });
    if (Object.values(reports).every((report) => report.all.count === 0)) throw noFacts(context);
    out.data({ run: record.id, task: 'completion', by, facts, metrics: reports }, () => [
      ...metricLines(reports),
      ...(flags.relations ? ['', ...relationLines(reports[filters[0]])] : []),
    ]);
  },
};

function relationLines(report: Awaited<ReturnType<typeof evaluateRun>>['tv']): string[] {
  return table(
    ['relation', 'queries', 'MRR', 'Hits@1', 'Hits@10'],
    (report?.byRelation ?? []).map((m) => [
      m.relation,
      count(m.count),
      points(m.mrr),
      points(m.hits1),
      points(m.hits10),
    ]),
  );
}
