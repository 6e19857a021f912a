import { heldOut as splitsOf } from '../train/heldOut.js';
import { pretrain } from '../train/pretrain.js';
import { resumeRun } from '../train/runFolder.js';
import { findRun, withNewRun } from '../train/runs.js';
import { type Command, text } from './command.js';
import { count, duration, points } from './output.js';
import { checkThreads, narrateReport } from './training.js';

export const pretrainCommand: Command = {
  usage: '[--from ID] [--resume [--run ID]] [--threads N] [--dry-run]',
  summary: 'Trains a teacher over the linked sources; its run folder holds all that retraining needs.',
  options: {
    from: { type: 'string' },
    resume: { type: 'boolean' },
    run: { type: 'string' },
    threads: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  help: {
    '--from ID': 'begin with the vectors of an earlier teacher, as when a new source joins',
    '--resume': 'go on from the checkpoint of the last unfinished teacher',
    '--run ID': 'which run to go on with',
    '--threads N': 'threads of TensorFlow; equal counts give equal weights',
    '--dry-run': 'read and count only',
  },
  async run({ flags, out, signal, config: read, graphs }) {
    const config = read();
    const options = { signal, threads: checkThreads(flags), onEvent: out.onEvent };
    if (flags.resume) {
      const { folder } = findRun(config.runs, text(flags, 'run'), { kind: 'teacher', finished: false });
      const outcome = await resumeRun(folder, options);
      out.data(outcome, () => lines(outcome));
      return;
    }
    const earlier = text(flags, 'from');
    const from = earlier && findRun(config.runs, earlier, { kind: 'teacher', finished: true }).folder;
    const { readDataset } = await import('../graph/dataset.js');
    const connections = await graphs();
    const { dataset, report } = await readDataset(connections.of, config, {
      sources: config.teacher.sources ?? Object.keys(config.sources),
      onEvent: out.onEvent,
    });
    narrateReport(report, out);
    await connections.close();
    const splits = splitsOf(dataset, config.heldOut);
    if (flags['dry-run']) {
      out.data(report, () => report.sources.map((s) => `${s.source}: ${count(s.triples)} triples`));
      return;
    }
    const outcome = await withNewRun(config.runs, 'teacher', async (run) => {
      const { teacher: settings, heldOut } = config;
      return {
        id: run.id,
        ...(await pretrain({ dataset, splits, heldOut, settings, ...run, ...(from && { from }) }, options)),
      };
    });
    out.data({ ...outcome, read: report }, () => lines(outcome));
  },
};

const lines = ({ folder, result }: Awaited<ReturnType<typeof pretrain>>): string[] => [
  `teacher: ${folder}`,
  `${result.epochs} epochs in ${duration(result.trainSeconds)}, ${count(result.peakMb)} MB at most${result.best === null ? '' : `, validation MRR ${points(result.best)} at epoch ${result.bestEpoch}`}`,
];
