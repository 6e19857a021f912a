import { KgmentorError } from '../errors.js';
import { askedRun } from './askedRun.js';
import { type Command, type Flags, oneOf, text } from './command.js';
import { alignment } from './tasks/alignment.js';
import { classification } from './tasks/classification.js';
import { completion, FILTERS } from './tasks/completion.js';
import { paths } from './tasks/paths.js';
import type { Task } from './tasks/task.js';
import { checkThreads } from './training.js';

const TASKS: Readonly<Record<string, Task>> = { completion, paths, classification, alignment };

export const evaluate: Command = {
  usage: '[target] [--task completion] [--run ID] [--facts test] [--by model] [options of the task]',
  summary:
    'Ranks held-out facts, answers paths, tells true facts from false ones or finds counterparts, with a trained student, its teacher, or a baseline without parameters.',
  positionals: [0, 1],
  options: {
    task: { type: 'string' },
    run: { type: 'string' },
    facts: { type: 'string' },
    by: { type: 'string' },
    threads: { type: 'string' },
    filter: { type: 'string' },
    relations: { type: 'boolean' },
    directions: { type: 'string' },
    candidates: { type: 'string' },
    most: { type: 'string' },
    hops: { type: 'string' },
    count: { type: 'string' },
    beam: { type: 'string' },
    seed: { type: 'string' },
  },
  help: {
    '--task WHAT': `${Object.keys(TASKS).join(', ')}; alignment without a target is the teacher’s`,
    '--run ID': 'run of the student (the teacher), the newest finished one where absent',
    '--facts test|valid': 'which held-out facts',
    '--by WHOM': `${completion.answerers.join(', ')}; the last two of completion only`,
    '--threads N': 'threads of TensorFlow',
    '--filter LIST': `completion: known facts left out of the ranking: ${FILTERS.join(', ')}`,
    '--relations': 'completion: figures by relation',
    '--directions tails|both': 'completion, paths: ask for tails only, or for heads as well',
    '--candidates label|all': 'completion, paths: rank among nodes of the answer’s label, or all',
    '--most N': 'completion: facts at most, of more a sample; as the run says where absent',
    '--hops LIST': 'paths: their numbers of relations, 2,3 where absent',
    '--count N': 'paths: queries of each length at most, 2000 where absent',
    '--beam N': 'paths: width of a triple encoder’s beam, 32 where absent',
    '--seed N': 'paths, classification: chooses the queries, or the false facts',
  },
  stops: true,
  async run({ positionals: [target], flags, out, signal, config: read }) {
    const name = oneOf('--task', text(flags, 'task') ?? 'completion', Object.keys(TASKS));
    const task = TASKS[name];
    checkFlags(flags, name);
    const by = oneOf('--by', text(flags, 'by') ?? 'model', task.answerers);
    const facts = oneOf('--facts', text(flags, 'facts') ?? 'test', ['valid', 'test']);
    if (target === undefined && name !== 'alignment')
      throw new KgmentorError('USAGE', `Whose is the task ${name}?`, {
        next: '`kgmentor evaluate <target>`; only --task alignment goes without one.',
      });
    const { folder, record } = askedRun(read(), text(flags, 'run'), target);
    await task.run({ flags, out, signal, folder, record, facts, by, threads: checkThreads(flags) });
  },
};

/** @throws KgmentorError USAGE for a flag of other tasks */
function checkFlags(flags: Flags, name: string): void {
  for (const flag of new Set(Object.values(TASKS).flatMap((task) => task.flags))) {
    if (flags[flag] === undefined || TASKS[name].flags.includes(flag)) continue;
    const owners = Object.keys(TASKS).filter((other) => TASKS[other].flags.includes(flag));
    throw new KgmentorError('USAGE', `--${flag} says nothing to the task ${name}.`, {
      next: `It goes with --task ${owners.join(' or ')}.`,
    });
  }
}
