import { listRunFolders } from '../train/runs.js';
import type { Command } from './command.js';
import { points, table } from './output.js';

export const runs: Command = {
  usage: '',
  summary: 'Lists the runs of the run folder, oldest first.',
  async run({ out, config }) {
    const found = listRunFolders(config().runs);
    out.data(
      found.map(({ folder, record }) => ({ folder, ...record })),
      () =>
        found.length === 0
          ? [`no runs in ${config().runs} yet`]
          : table(
              ['run', 'kind', 'target', 'status', 'validation', 'test MRR (tv)'],
              found.map(({ record }) => {
                const best = record.result?.best as number | null | undefined;
                const test = (record.metrics?.tv as { all?: { mrr: number } } | undefined)?.all?.mrr;
                return [
                  record.id,
                  record.kind,
                  record.target ?? '',
                  record.status,
                  best == null ? '–' : points(best),
                  test === undefined ? '–' : points(test),
                ];
              }),
            ),
    );
  },
};
