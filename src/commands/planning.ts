import type { TrainingPlan } from '../train/plan/plan.js';
import { type Flags, notTogether } from './command.js';
import { count, duration } from './output.js';

export const planHelp = 'tell memory, steps and, from 20 trial steps, the time; train nothing';

/** @throws KgmentorError USAGE where another flag asks for what cannot be planned */
export function requirePlannable(flags: Flags, others: readonly string[]): void {
  const other = others.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (other !== undefined)
    throw notTogether('plan', other, `Leave --${other} out: a plan is of one training from its beginning.`);
}

/** A plan in a few lines. */
export function planLines({
  role,
  rows,
  relations,
  queries,
  memory,
  epochs,
  steps,
  trial,
  seconds,
}: TrainingPlan): string[] {
  const parts = [
    ['program', memory.programMb],
    ['columns', memory.columnsMb],
    ['tables', memory.tablesMb],
    ['teacher', memory.teacherMb],
    ['work', memory.workMb],
    ['checkpoint', memory.checkpointMb],
  ] as const;
  const told = parts.filter(([, mb]) => mb >= 0.5).map(([name, mb]) => `${name} ${count(mb)}`);
  const validation = trial.validationSeconds > 0 ? `, a validation ${duration(trial.validationSeconds)}` : '';
  return [
    `${role}: ${count(rows)} rows, ${count(relations)} relations, ${count(queries)} queries an epoch`,
    `memory: about ${count(memory.peakMb)} MB (${told.join(', ')}) beside ${count(memory.hereMb)} MB for the graph read; the machine has ${count(memory.machineMb)} MB`,
    `steps: ${count(trial.stepsAnEpoch)} an epoch, ${count(steps)} in ${count(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    `time: ${duration(seconds.all)} at most; preparation ${duration(trial.prepareSeconds)}, an epoch ${duration(seconds.epoch)} (${trial.secondsAStep.toFixed(3)} s a step, the median of ${trial.steps} tried)${validation}`,
  ];
}
