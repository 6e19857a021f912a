import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { studentSchema } from '../../../src/config.js';
import { type Job, writeJob } from '../../../src/train/job.js';
import { runTraining } from '../../../src/train/process.js';
import { trainingQueries } from '../../../src/train/queries.js';
import { studentInput } from '../../dbp5l/settings.js';
import type { Course, Validation } from './course.js';
import { type AloneFacts, validation } from './facts.js';
import type { Budget, Setting } from './settings.js';

/** The student's training without a teacher and without other sources, validated after each epoch. */
export function productJob(facts: AloneFacts, setting: Setting, budget: Budget): Job {
  const { entities, relations, train } = facts;
  const { dim, seed, epochs, patience } = budget;
  const alone = studentInput({ dim, seed, levels: [], alone: true });
  return {
    kind: 'student',
    // As PyKEEN's closed-world loop, which counts every query once.
    settings: studentSchema.parse({ ...alone, ...setting, balance: 1, epochs, patience, evaluateEvery: 1 }),
    rows: entities,
    entities,
    relations,
    queries: trainingQueries([{ triples: train, weight: 1 }], entities, relations),
    valid: validation(facts),
    evaluations: {},
  };
}

/** Trains by the product, in a process as any training has; what it takes to load TensorFlow counts as training. */
export async function trainProduct(facts: AloneFacts, setting: Setting, budget: Budget): Promise<Course> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const course: Validation[] = [];
  try {
    writeJob(folder, productJob(facts, setting, budget));
    const started = performance.now();
    const { prepareSeconds } = await runTraining(folder, {
      threads: budget.threads,
      onMessage(message) {
        if (message.type !== 'evaluated') return;
        const { epoch, value } = message;
        const seconds = (performance.now() - started) / 1000;
        course.push({ epoch, value, trainSeconds: message.seconds, seconds });
      },
    });
    return course.map((one) => ({ ...one, trainSeconds: one.trainSeconds + prepareSeconds }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
