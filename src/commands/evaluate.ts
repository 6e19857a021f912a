import { KgmentorError } from '../errors.js';
import type { FilterName } from '../evaluate/filters.js';
import { type Answerer, evaluateRun } from '../train/evaluations.js';
import { findRun } from '../train/runs.js';
import { type Command, type Flags, text } from './command.js';
import { count, points, table } from './output.js';
import { checkThreads, metricLines } from './training.js';

const FILTERS = ['raw', 'train', 'tv', 'full'];
const ANSWERERS = ['model', 'teacher', 'frequency', 'lookup'];

export const evaluate: Command = {
  usage:
    '<target> [--run ID] [--filter tv,full] [--facts test] [--by model] [--directions both] [--relations]',
  summary: 'Ranks held-out facts with a trained student, its teacher, or a baseline without parameters.',
  positionals: [1, 1],
  options: {
    run: { type: 'string' },
    filter: { type: 'string' },
    facts: { type: 'string' },
    by: { type: 'string' },
    directions: { type: 'string' },
    candidates: { type: 'string' },
    relations: { type: 'boolean' },
    threads: { type: 'string' },
  },
  help: {
    '--run ID': 'run of the student, the newest finished one where absent',
    '--filter LIST': `known facts left out of the ranking: ${FILTERS.join(', ')}`,
    '--facts test|valid': 'which held-out facts',
    '--by WHOM': ANSWERERS.join(', '),
    '--directions tails|both': 'ask for tails only, or for heads as well',
    '--candidates label|all': 'rank among nodes of the answer’s label, or all',
    '--relations': 'figures by relation',
    '--threads N': 'threads of TensorFlow',
  },
  async run({ positionals: [target], flags, out, signal, config: read }) {
    const { folder, record } = findRun(read().runs, text(flags, 'run'), {
      kind: 'student',
      target,
      finished: true,
    });
    const filters = (text(flags, 'filter') ?? 'tv,full').split(',');
    for (const filter of filters) oneOf('--filter', filter, FILTERS);
    const answerer = oneOf('--by', text(flags, 'by') ?? 'model', ANSWERERS) as Answerer;
    const facts = oneOf('--facts', text(flags, 'facts') ?? 'test', ['valid', 'test']) as 'valid' | 'test';
    const reports = await evaluateRun(folder, {
      filters: filters as FilterName[],
      facts,
      answerer,
      evaluation: evaluationOf(flags, record.settings.evaluation),
      signal,
      threads: checkThreads(flags),
    });
    if (Object.values(reports).every((report) => report.all.count === 0))
      throw new KgmentorError('NO_DATA', `The run ${record.id} has no ${facts} facts.`, {
        next: `Set heldOut.${facts} above zero in the configuration and retrain.`,
      });
    out.data({ run: record.id, by: answerer, facts, metrics: reports }, () => [
      ...metricLines(reports),
      ...(flags.relations ? ['', ...relationLines(reports[filters[0] as FilterName])] : []),
    ]);
  },
};

function evaluationOf(flags: Flags, recorded: unknown) {
  const given = recorded as { directions: 'tails' | 'both'; candidates: 'label' | 'all' };
  return {
    directions: oneOf('--directions', text(flags, 'directions') ?? given.directions, ['tails', 'both']) as
      | 'tails'
      | 'both',
    candidates: oneOf('--candidates', text(flags, 'candidates') ?? given.candidates, ['label', 'all']) as
      | 'label'
      | 'all',
  };
}

function oneOf(flag: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value;
  throw new KgmentorError('USAGE', `${flag} ${value}: one of ${known.join(', ')} expected.`);
}

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
