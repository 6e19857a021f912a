import type { Config } from '../config.js';
import type { Graphs } from '../graph/graphs.js';
import { datasetDigest } from '../kg/digest.js';
import { readTeacherInput } from '../teacherInput.js';
import { heldOut } from '../train/heldOut.js';
import { readLinkFile } from '../train/linkFiles.js';
import { pretrain } from '../train/pretrain.js';
import { retrain } from '../train/retrain.js';
import { findRun } from '../train/runs.js';
import { type SearchOutcome, search } from '../train/search.js';
import { spaceOf } from '../train/searchSpace.js';
import type { Trial } from '../train/trials.js';
import { type Command, type Context, text } from './command.js';
import { duration, points, table } from './output.js';
import { checkThreads, narrateReport, wholeNumber } from './training.js';

export const searchCommand: Command = {
  usage: '[target] [--trials N] [--teacher ID | --no-teacher] [--threads N]',
  summary: 'Searches for settings of the teacher, or of a target’s student, on validation alone.',
  positionals: [0, 1],
  options: {
    trials: { type: 'string' },
    teacher: { type: 'string' },
    'no-teacher': { type: 'boolean' },
    threads: { type: 'string' },
  },
  help: {
    '--trials N': 'trainings, instead of search.trials of the configuration',
    '--teacher ID': 'run of the students’ teacher, the newest finished one where absent',
    '--no-teacher': 'students without distillation',
    '--threads N': 'threads of TensorFlow; equal counts give equal figures',
  },
  stops: true,
  async run(context) {
    const { positionals, flags, out, signal, graphs } = context;
    const read = context.config();
    const trials = wholeNumber(flags, 'trials') ?? read.search.trials;
    const config = { ...read, search: { ...read.search, trials } };
    // An epoch of a trial is no news but to those who ask for more.
    const onEvent: typeof out.onEvent = (event) =>
      (out.options.verbose || !['epoch', 'evaluated', 'resumed', 'done'].includes(event.type)) &&
      out.onEvent(event);
    const options = { signal, threads: checkThreads(flags), onEvent };
    const [target] = positionals as readonly (string | undefined)[];
    const role = target === undefined ? 'teacher' : 'student';
    spaceOf(config.search.space, role, config[role]);
    const connections = await graphs();
    const outcome =
      target === undefined
        ? await teachers(config, connections, context, options)
        : await students(config, target, connections, context, options);
    out.data(outcome, () => lines(outcome));
  },
};

type Options = Parameters<typeof search>[1];

async function teachers(
  config: Config,
  connections: Graphs,
  { out }: Context,
  options: Options,
): Promise<SearchOutcome> {
  const reading = { config, graphs: connections, onEvent: out.onEvent };
  const { input, report } = await readTeacherInput(reading);
  const { dataset, splits } = input;
  narrateReport(report, out);
  await connections.close();
  return search(
    {
      role: 'teacher',
      base: config.teacher,
      search: config.search,
      about: { data: datasetDigest(dataset), heldOut: config.heldOut },
      runs: config.runs,
      name: 'teacher',
      train: (settings, run, how) =>
        pretrain({ dataset, splits, heldOut: config.heldOut, settings, ...run }, how),
    },
    options,
  );
}

async function students(
  config: Config,
  target: string,
  connections: Graphs,
  { flags, out }: Context,
  options: Options,
): Promise<SearchOutcome> {
  const teacher = flags['no-teacher']
    ? undefined
    : findRun(config.runs, text(flags, 'teacher'), { kind: 'teacher', finished: true });
  const { readDataset } = await import('../graph/dataset.js');
  const { linkThreshold } = config.teacher;
  const reach = config.search.space['student.hops'];
  const { dataset, report } = await readDataset(connections.of, config, {
    around: { target, hops: reach === undefined ? config.student.hops : 1, linkThreshold },
    links: teacher ? readLinkFile(teacher.folder, 'grown') : [],
    onEvent: out.onEvent,
  });
  narrateReport(report, out);
  await connections.close();
  const split = heldOut(dataset, config.heldOut)[target];
  const { evaluation, heldOut: shares } = config;
  return search(
    {
      role: 'student',
      base: config.student,
      search: config.search,
      about: {
        target,
        data: datasetDigest(dataset),
        heldOut: shares,
        evaluation,
        linkThreshold,
        teacher: teacher?.record.id,
      },
      runs: config.runs,
      name: target,
      train: (settings, run, how) =>
        retrain(
          {
            dataset,
            target,
            split,
            heldOut: shares,
            settings,
            evaluation,
            linkThreshold,
            teacher: teacher?.folder,
            ...run,
          },
          how,
        ),
    },
    options,
  );
}

function lines({ folder, trials, best, config }: SearchOutcome): string[] {
  const paths = [...new Set(trials.flatMap(({ choice }) => Object.keys(choice)))].sort();
  const rungs = new Set(trials.map(({ rung }) => rung)).size > 1;
  const row = (one: Trial) => [
    String(one.trial),
    ...(rungs ? [String(one.rung + 1)] : []),
    ...paths.map((path) => (path in one.choice ? shown(one.choice[path]) : '·')),
    one.status === 'done' ? points(one.best as number) : 'failed',
    one.status === 'done' ? `${one.bestEpoch} of ${one.epochs}` : '',
    one.status === 'done' ? duration(one.seconds as number) : '',
  ];
  const order = [...trials].sort(
    (a, b) => b.rung - a.rung || (b.best ?? -1) - (a.best ?? -1) || a.trial - b.trial,
  );
  return [
    ...table(
      ['trial', ...(rungs ? ['rung'] : []), ...paths, 'validation MRR', 'best epoch', 'time'],
      order.map(row),
    ),
    '',
    `trials: ${folder}`,
    ...(best && config
      ? [`best: trial ${best.trial}. Put this into the configuration:`, JSON.stringify(config, null, 2)]
      : ['Every trial failed.']),
  ];
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
