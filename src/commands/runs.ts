import type { ModelReport } from '../evaluate/report.js';
import { type RunRecord, statusOf } from '../train/folder.js';
import { listRunFolders } from '../train/runs.js';
import type { Command } from './command.js';
import { points, table } from './output.js';

export const runs: Command = {
  usage: '',
  summary: 'Lists the runs of the run folder, oldest first.',
  async run({ out, config }) {
    const found = listRunFolders(config().runs);
    out.data(
      found.map(({ folder, record }) => ({ folder, ...record, status: statusOf(record) })),
      () =>
        found.length === 0 ? [`no runs in ${config().runs} yet`] : lines(found.map(({ record }) => record)),
    );
  },
};

function lines(records: readonly RunRecord[]): string[] {
  const test = ({ metrics }: RunRecord) =>
    metrics?.tv as Partial<Pick<ModelReport, 'all' | 'sampledFrom'>> | undefined;
  const rows = records.map((record) => {
    const best = record.result?.best as number | null | undefined;
    const mrr = test(record)?.all?.mrr;
    return [
      record.id,
      record.kind,
      record.target ?? '',
      statusOf(record),
      best == null ? '–' : points(best),
      mrr === undefined ? '–' : `${test(record)?.sampledFrom ? '~' : ''}${points(mrr)}`,
    ];
  });
  return [
    ...table(['run', 'kind', 'target', 'status', 'validation', 'test MRR (tv)'], rows),
    ...(records.some((record) => test(record)?.sampledFrom) ? ['~ from a sample of the held-out facts'] : []),
  ];
}
