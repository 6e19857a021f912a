import type { TeacherSettings } from '../config.js';
import { readTeacherInput } from '../teacherInput.js';
import { growStateOf } from '../train/growState.js';
import { pretrain } from '../train/pretrain.js';
import { resumeRun } from '../train/runFolder.js';
import { findRun, withNewRun } from '../train/runs.js';
import { type Command, text } from './command.js';
import { growHelp, growLines, growOptions, growSettings } from './growing.js';
import { count } from './output.js';
import { planHelp, planLines, requirePlannable } from './planning.js';
import { checkResume, warnOfChanges } from './resumed.js';
import { metricsHelp, metricsOptions, startMetrics } from './serving.js';
import { checkThreads, narrateReport, trainedLine } from './training.js';

export const pretrainCommand: Command = {
  usage:
    '[--from ID] [--grow-links [--rounds N] [--precision P]] [--resume [--run ID]] [--threads N] [--metrics-port N [--metrics-host H]] [--plan | --dry-run]',
  summary: 'Trains a teacher over the linked sources; its run folder holds all that retraining needs.',
  options: {
    from: { type: 'string' },
    ...growOptions,
    resume: { type: 'boolean' },
    run: { type: 'string' },
    threads: { type: 'string' },
    plan: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    ...metricsOptions,
  },
  help: {
    '--from ID': 'begin with the vectors of an earlier teacher, as when a new source joins',
    ...growHelp,
    '--resume': 'go on from the checkpoint of the last unfinished teacher',
    '--run ID': 'which run to go on with',
    '--threads N': 'threads of TensorFlow; equal counts give equal weights',
    '--plan': planHelp,
    '--dry-run': 'read and count only',
    ...metricsHelp,
  },
  stops: true,
  async run(context) {
    const { flags, out, signal, config: read, graphs } = context;
    if (flags.plan) requirePlannable(flags, ['resume', 'run', 'grow-links', 'dry-run']);
    checkResume(flags, ['from', 'grow-links']);
    const config = read();
    const options = { signal, threads: checkThreads(flags), onEvent: out.onEvent };
    if (!flags.plan && !flags['dry-run']) await startMetrics(context);
    const unfinished = flags.resume
      ? findRun(config.runs, text(flags, 'run'), { kind: 'teacher', finished: false })
      : undefined;
    // A run that grows links needs the graph again, to propose more of them, and refuses it with other facts held out.
    const growing = unfinished ? growStateOf(unfinished.folder) : growSettings(flags);
    if (unfinished)
      warnOfChanges(
        unfinished.record,
        { ...config.teacher, ...(!growing && { heldOut: config.heldOut }) },
        out,
      );
    if (unfinished && !growing) {
      const outcome = await resumeRun(unfinished.folder, options);
      out.data(outcome, () => lines(outcome));
      return;
    }
    const earlier = text(flags, 'from');
    const from = earlier
      ? findRun(config.runs, earlier, { kind: 'teacher', finished: true }).folder
      : unfinished?.record.from?.folder;
    const settings = unfinished ? (unfinished.record.settings as TeacherSettings) : config.teacher;
    const connections = await graphs();
    const reading = { config, graphs: connections, settings, onEvent: out.onEvent };
    const { input: whole, report } = await readTeacherInput(reading);
    narrateReport(report, out);
    await connections.close();
    if (flags['dry-run']) {
      out.data(report, () => report.sources.map((s) => `${s.source}: ${count(s.triples)} triples`));
      return;
    }
    const input = { ...whole, ...(from && { from }) };
    if (flags.plan) {
      const { planPretraining } = await import('../train/plan/plan.js');
      const plan = await planPretraining(input, options);
      out.data(plan, () => planLines(plan));
      return;
    }
    if (growing) {
      const { growLinks } = await import('../train/growLinks.js');
      const grow = async (run: { id: string; folder: string }) => ({
        id: run.id,
        ...(await growLinks({ ...input, ...run }, growing, { ...options, resume: unfinished !== undefined })),
      });
      const outcome = unfinished
        ? await grow({ id: unfinished.record.id, folder: unfinished.folder })
        : await withNewRun(config.runs, 'teacher', grow);
      out.data({ ...outcome, read: report }, () => [...lines(outcome), ...growLines(outcome)]);
      return;
    }
    const outcome = await withNewRun(config.runs, 'teacher', async (run) => ({
      id: run.id,
      ...(await pretrain({ ...input, ...run }, options)),
    }));
    out.data({ ...outcome, read: report }, () => lines(outcome));
  },
};

const lines = ({ folder, result }: Awaited<ReturnType<typeof pretrain>>): string[] => [
  `teacher: ${folder}`,
  trainedLine({ folder, result }),
];
