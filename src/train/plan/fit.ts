import { totalmem } from 'node:os';
import { KgmentorError } from '../../errors.js';
import { NEGATIVES } from '../negativesOf.js';
import { type MemoryPlan, type MemoryShape, memoryOf } from './memory.js';

/** The memory of this machine in MB (2²⁰ bytes), or of the container where that is less. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return (limit > 0 ? Math.min(limit, totalmem()) : totalmem()) / 2 ** 20;
}

export interface Room {
  /** Of the machine. */
  readonly machineMb: number;
  /** Of the process that has read the graph and waits for the training. */
  readonly hereMb: number;
}

/**
 * The memory of a training, where the machine has as much.
 *
 * @param role whose settings they are
 * @throws KgmentorError USAGE where it cannot fit, with the settings that would, each by itself
 */
export function requireFits(role: 'teacher' | 'student', shape: MemoryShape, room: Room): MemoryPlan {
  const plan = memoryOf(shape);
  const { machineMb, hereMb } = room;
  if (plan.peakMb + hereMb <= machineMb) return plan;
  const fits = (other: Partial<MemoryShape>) => memoryOf({ ...shape, ...other }).peakMb + hereMb <= machineMb;
  const size = (mb: number) => `${Math.round(mb).toLocaleString('en-US')} MB`;
  throw new KgmentorError(
    'USAGE',
    `Training this ${role} would need about ${size(plan.peakMb)} beside ${size(hereMb)} for the graph read; this machine has ${size(machineMb)}.`,
    { next: adviceOf(role, shape, fits) },
  );
}

function adviceOf(
  role: 'teacher' | 'student',
  shape: MemoryShape,
  fits: (other: Partial<MemoryShape>) => boolean,
): string {
  const halved = (from: number, least: number, fit: (value: number) => boolean): number | undefined => {
    for (let value = 2 * Math.floor(from / 4); value >= least; value = 2 * Math.floor(value / 4))
      if (fit(value)) return value;
    return undefined;
  };
  const { dim, batch, hops, rows, entities, teacher } = shape;
  const found: string[] = [];
  const tell = (setting: string, value: number | undefined, old: number) => {
    if (value !== undefined) found.push(`${role}.${setting} ${value} instead of ${old}`);
  };
  if (rows > entities && fits({ rows: entities, scored: entities })) tell('hops', 0, 1);
  tell(
    'dim',
    halved(dim, 8, (value) => fits({ dim: value })),
    dim,
  );
  tell(
    'batch',
    halved(batch, 16, (value) => fits({ batch: value })),
    batch,
  );
  if (shape.scored === rows && rows > NEGATIVES && fits({ scored: NEGATIVES }))
    found.push(`${role}.negatives ${NEGATIVES}`);
  if (hops > 1 && fits({ hops: 1 })) tell('pathLength', 1, hops);
  if (teacher && teacher.top > 0 && fits({ teacher: { ...teacher, top: 0 } }))
    found.push(`${role}.distillation.prediction 0`);
  if (found.length > 0) return `This would fit: ${found.join(', or ')}.`;
  return role === 'teacher'
    ? 'Make teacher.dim and teacher.batch smaller together, or name fewer sources in teacher.sources.'
    : 'Make student.dim and student.batch smaller together, or leave the linked subgraph out with student.background 0.';
}
