import type { ReadReport } from '../graph/dataset.js';
import type { FeedLayout } from '../kg/batchSource.js';
import { evaluateAndRecord } from '../train/evaluations.js';
import { heldOut as splitsOf } from '../train/heldOut.js';
import { readLinkFile } from '../train/linkFiles.js';
import { retrain } from '../train/retrain.js';
import { isFed, resumeRun, studentSettings } from '../train/runFolder.js';
import { findRun, withNewRun } from '../train/runs.js';
import { type Command, text } from './command.js';
import { precisionHelp, precisionOf } from './growing.js';
import { count, duration, points } from './output.js';
import { checkThreads, metricLines, narrateReport } from './training.js';

export const retrainCommand: Command = {
  usage:
    '<target> [--teacher ID | --no-teacher] [--grow-links [--precision P]] [--resume [--run ID]] [--threads N]',
  summary:
    'Trains a student for one source on its facts and the linked subgraph, by distillation from a teacher.',
  positionals: [1, 1],
  options: {
    teacher: { type: 'string' },
    'no-teacher': { type: 'boolean' },
    'grow-links': { type: 'boolean' },
    precision: { type: 'string' },
    resume: { type: 'boolean' },
    run: { type: 'string' },
    threads: { type: 'string' },
  },
  help: {
    '--teacher ID': 'run of the teacher, the newest finished one where absent',
    '--no-teacher': 'train without distillation',
    '--grow-links': 'first add links that the facts around unlinked entities are sure of',
    '--precision P': precisionHelp,
    '--resume': 'go on from the checkpoint of the last unfinished student of this target',
    '--run ID': 'which run to go on with',
    '--threads N': 'threads of TensorFlow; equal counts give equal weights',
  },
  stops: true,
  async run({ positionals: [target], flags, out, signal, config: read, graphs }) {
    const config = read();
    const options = { signal, threads: checkThreads(flags), onEvent: out.onEvent };
    const grow = precisionOf(flags);
    const done = async (outcome: Awaited<ReturnType<typeof retrain>>, read?: ReadReport) => {
      const reports = await evaluateAndRecord(outcome.folder, options);
      const { result, folder } = outcome;
      out.data({ ...outcome, metrics: reports, ...(read && { read }) }, () => [
        `student: ${folder}`,
        `${result.epochs} epochs in ${duration(result.trainSeconds)}, ${count(result.peakMb)} MB at most${result.best === null ? '' : `, validation MRR ${points(result.best)} at epoch ${result.bestEpoch}`}`,
        ...metricLines(reports),
      ]);
    };
    const unfinished = flags.resume
      ? findRun(config.runs, text(flags, 'run'), { kind: 'student', target, finished: false })
      : undefined;
    // A run with columns in memory needs nothing but its folder; one fed by Cypher needs the graph again.
    if (unfinished && !isFed(unfinished.folder)) {
      await done(await resumeRun(unfinished.folder, options));
      return;
    }
    const teacher = unfinished
      ? unfinished.record.teacher?.folder
      : flags['no-teacher']
        ? undefined
        : findRun(config.runs, text(flags, 'teacher'), { kind: 'teacher', finished: true }).folder;
    const { readDataset } = await import('../graph/dataset.js');
    const { neighbourFeed, refuseValues } = await import('../graph/neighbours.js');
    const { linkThreshold } = config.teacher;
    const settings = unfinished ? studentSettings(unfinished.folder) : config.student;
    const fed = unfinished !== undefined || config.feed === 'cypher';
    if (fed) refuseValues(config, settings.background > 0 ? Object.keys(config.sources) : [target]);
    const connections = await graphs();
    const { dataset, report, ids, means, withheld } = await readDataset(connections.of, config, {
      // What links are grown by lies outside of the linked subgraph.
      ...(!grow && { around: { target, hops: settings.hops, linkThreshold } }),
      links: teacher ? readLinkFile(teacher, 'grown') : [],
      onEvent: out.onEvent,
    });
    narrateReport(report, out);
    if (!fed) await connections.close();
    const { heldOut, evaluation } = config;
    const split = splitsOf(dataset, heldOut)[target];
    const links = { withheld, linkThreshold, grow };
    const input = { dataset, ...links, target, split, heldOut, settings, evaluation, teacher };
    const feed = (layout: FeedLayout) => neighbourFeed(connections.of, config, layout, { ids, means });
    const train = (run: { id: string; folder: string }) =>
      retrain({ ...input, ...run, ...(fed && { feed }) }, { ...options, resume: unfinished !== undefined });
    await done(
      unfinished
        ? await train({ id: unfinished.record.id, folder: unfinished.folder })
        : await withNewRun(config.runs, target, train),
      report,
    );
  },
};
