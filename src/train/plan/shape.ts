import type { StudentSettings } from '../../config.js';
import { ENCODER_FACTS } from '../../encoders.js';
import { listTensors } from '../../model/safetensors.js';
import { MOST_ANSWERS } from '../batches.js';
import { isAnsweredBySample } from '../isAnsweredBySample.js';
import type { Job } from '../job.js';
import { negativesOf } from '../negativesOf.js';
import { distils, isUsed } from '../schedule.js';
import { teacherFile } from '../teacherFile.js';
import type { MemoryShape, TeacherShape } from './memory.js';

/** What the memory of a job's training depends on. */
export function shapeOfJob(job: Job): MemoryShape {
  const { settings, queries } = job;
  const isPath = ENCODER_FACTS[settings.encoder].kind === 'path';
  const teacher = teacherOf(job);
  return {
    encoder: settings.encoder,
    geometry: settings.geometry,
    dim: settings.dim,
    layers: settings.layers,
    optimiser: settings.optimiser,
    rows: job.rows,
    entities: job.entities,
    scored: scoredRows(job, teacher),
    relations: job.relations,
    queries: queries.entity.length,
    answers: queries.answer.length,
    batch: settings.batch,
    hops: isPath ? settings.pathLength : 1,
    validated: job.valid?.answer.length ?? 0,
    ...(job.anchor && { anchored: true }),
    ...(teacher && { teacher }),
  };
}

/** Rows that a step scores: all, or those that it draws with its own entities and answers, each as if it came once. */
function scoredRows(job: Job, teacher: TeacherShape | undefined): number {
  const { rows, queries, settings } = job;
  const negatives = negativesOf(job);
  if (negatives === undefined) return rows;
  const { offset } = queries;
  const taken = queries.entity.reduce(
    (sum, _, i) => sum + Math.min(MOST_ANSWERS, offset[i + 1] - offset[i]),
    0,
  );
  const answers = taken / Math.max(1, queries.entity.length);
  const hops = ENCODER_FACTS[settings.encoder].kind === 'path' ? settings.pathLength : 1;
  const own = settings.batch * (hops * 2 - 1 + answers + (teacher && !teacher.isSampled ? teacher.top : 0));
  return Math.min(rows, negatives + Math.round(own));
}

function teacherOf(job: Job): TeacherShape | undefined {
  const { teacher, settings } = job;
  if (!teacher || !('distillation' in settings) || !distils(settings.distillation)) return undefined;
  const { distillation } = settings as StudentSettings;
  const { prediction, top, temperature } = distillation;
  const [rows, dim] = listTensors(teacherFile(teacher.folder)).entity.shape;
  return {
    rows,
    dim,
    linked: teacher.row.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0),
    top: isUsed(prediction) ? top : 0,
    isSampled: isAnsweredBySample(job, distillation),
    isTempered: isUsed(prediction) && temperature !== 1,
  };
}
