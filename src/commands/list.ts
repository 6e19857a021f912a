import type { Command } from './command.js';

/** All commands; a module is loaded when its command runs, so that --help and doctor work without TensorFlow. */
export const commands: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  init: {
    summary: 'write a configuration by looking at a live graph',
    load: async () => (await import('./init.js')).init,
  },
  setup: {
    summary: 'fetch and build what training needs',
    load: async () => (await import('./setup.js')).setup,
  },
  doctor: {
    summary: 'check everything and say the mend for each fault',
    load: async () => (await import('./doctor.js')).doctor,
  },
  migrate: {
    summary: 'bring the constraints of kgmentor’s own nodes up to date',
    load: async () => (await import('./migrate.js')).migrateCommand,
  },
  import: {
    summary: 'import triples, nodes or links from files: TSV, CSV, N-Triples or Turtle',
    load: async () => (await import('./import.js')).importCommand,
  },
  sources: {
    summary: 'count sources, links and what they share',
    load: async () => (await import('./sources.js')).sources,
  },
  align: {
    summary: 'propose which nodes of two sources are one thing',
    load: async () => (await import('./align.js')).align,
  },
  pretrain: {
    summary: 'train a teacher over the linked sources',
    load: async () => (await import('./pretrain.js')).pretrainCommand,
  },
  retrain: {
    summary: 'train a student for one target by distillation',
    load: async () => (await import('./retrain.js')).retrainCommand,
  },
  'import-teacher': {
    summary: 'bring in a teacher that was trained elsewhere',
    load: async () => (await import('./importTeacher.js')).importTeacherCommand,
  },
  search: {
    summary: 'search for settings of a teacher or a student, on validation alone',
    load: async () => (await import('./search.js')).searchCommand,
  },
  evaluate: {
    summary: 'rank held-out facts with a trained student',
    load: async () => (await import('./evaluate.js')).evaluate,
  },
  publish: {
    summary: 'write a student’s vectors to the nodes and switch readers to them',
    load: async () => (await import('./publish.js')).publishCommand,
  },
  watch: {
    summary: 'retrain and publish a target when its data have changed',
    load: async () => (await import('./watch.js')).watchCommand,
  },
  schedule: {
    summary: 'retrain and publish targets at set times',
    load: async () => (await import('./schedule.js')).scheduleCommand,
  },
  add: {
    summary: 'vectors for a handful of new nodes, without training',
    load: async () => (await import('./add.js')).add,
  },
  enqueue: {
    summary: 'queue trainings for workers on this and other machines',
    load: async () => (await import('./enqueue.js')).enqueueCommand,
  },
  worker: {
    summary: 'do the trainings of a queue, one machine of many',
    load: async () => (await import('./worker.js')).workerCommand,
  },
  queue: {
    summary: 'show the jobs of a queue, try failed ones again, remove jobs',
    load: async () => (await import('./queue.js')).queueCommand,
  },
  similar: {
    summary: 'nodes similar to a node',
    load: async () => (await import('./similar.js')).similarCommand,
  },
  predict: {
    summary: 'missing facts of a node',
    load: async () => (await import('./predict.js')).predictCommand,
  },
  export: {
    summary: 'write the joint graph for engines elsewhere',
    load: async () => (await import('./export.js')).exportCommand,
  },
  runs: {
    summary: 'list the runs and their results',
    load: async () => (await import('./runs.js')).runs,
  },
};
