import type { EncoderName } from '../../encoders.js';
import { ENCODER_FACTS } from '../../encoders.js';
import { rowsAtOnce } from '../../evaluate/rowsAtOnce.js';
import { scoreRows } from '../../model/scoreRows.js';

/** All that the memory of a training depends on. */
export interface MemoryShape {
  readonly encoder: EncoderName;
  readonly geometry: 'dot' | 'unit' | 'l2';
  /** Numbers an entity vector. */
  readonly dim: number;
  readonly layers: number;
  readonly optimiser: 'adagrad' | 'adam';
  /** Rows of the entity table, and of them the candidates of a validation. */
  readonly rows: number;
  readonly entities: number;
  /** Rows that a step scores. */
  readonly scored: number;
  /** Without reciprocals. */
  readonly relations: number;
  /** Grouped queries and their answers; none where they come while training. */
  readonly queries: number;
  readonly answers: number;
  /** Rows a step. */
  readonly batch: number;
  /** Relations a path; 1 for triple encoders. */
  readonly hops: number;
  /** Whether rows are held near to what they were, of which a copy is kept. */
  readonly anchored?: boolean;
  /** Queries of a validation. */
  readonly validated: number;
  readonly teacher?: TeacherShape;
}

/** The teacher that a student is distilled from. */
export interface TeacherShape {
  readonly rows: number;
  readonly dim: number;
  /** Student rows that it knows. */
  readonly linked: number;
  /** Answers a query; 0 where prediction is not distilled. */
  readonly top: number;
  /** Whether they are chosen among a step's sample, and not kept. */
  readonly isSampled: boolean;
  /** Whether hard and soft answers have softmaxes of their own. */
  readonly isTempered: boolean;
}

/** Resident memory of a training process at its height, in MB (2²⁰ bytes), by what it is for. */
export interface MemoryPlan {
  /** Node with TensorFlow. */
  readonly programMb: number;
  /** Queries, and the graph that walks run on. */
  readonly columnsMb: number;
  /** Vectors, optimiser state and gradients, with what their making leaves behind. */
  readonly tablesMb: number;
  /** The teacher's vectors of the student's rows, and its answers. */
  readonly teacherMb: number;
  /** What a step, a validation or the teacher's answering needs beside these, whichever is the most. */
  readonly workMb: number;
  /** Copies of the tables for a checkpoint. */
  readonly checkpointMb: number;
  readonly peakMb: number;
}

/** Rows of logits at once where a teacher answers. */
const ANSWERED = 512;

/** Measured; see `test/train/plan/memory.test.ts`. The process with native TensorFlow after its first operations. */
const PROGRAM_MB = 400;

/** Arrays of [positions, dim] that a step holds beside the head: of any encoder, and of each layer of a path encoder. */
const STEP_ARRAYS = 30;
const LAYER_ARRAYS: Readonly<Partial<Record<EncoderName, number>>> = {
  gru: 80,
  lstm: 65,
  rsn: 65,
  transformer: 85,
};

/** Layers' weights in squares of `dim`: of each layer, and at the end. */
const LAYER_SQUARES: Readonly<Partial<Record<EncoderName, readonly [number, number]>>> = {
  gru: [6, 1],
  lstm: [8, 1],
  rsn: [8, 2],
  transformer: [8, 1],
};

/** Arrays of logits and of the table's size that a step holds; of logits more where a sample's are corrected. */
const GEOMETRY = {
  dot: { logits: 1.7, corrected: 1, tables: 1.5 },
  unit: { logits: 1.7, corrected: 1, tables: 7 },
  l2: { logits: 2.2, corrected: 3, tables: 5 },
} as const;

/**
 * The resident memory that a training process will need at its height, by a model that was fitted to measured peaks of
 * native TensorFlow on a CPU with kernels: what is freed, but for the largest arrays, stays with the process, so the parts
 * add up, and of a step, a validation and the teacher's answering the largest counts.
 *
 * @example
 * memoryOf({ encoder: 'complex', geometry: 'dot', dim: 256, rows: 500_000, … }).peakMb; // MB
 */
export function memoryOf(shape: MemoryShape): MemoryPlan {
  const { dim, rows, layers, hops, teacher } = shape;
  const slots = shape.optimiser === 'adam' ? 2 : 1;
  const isPath = ENCODER_FACTS[shape.encoder].kind === 'path';
  const [ofLayer, last] = LAYER_SQUARES[shape.encoder] ?? [0, 0];
  const tableOf = (n: number) => mb(4 * dim * (n + 2 * shape.relations + dim * (layers * ofLayer + last)));
  const table = tableOf(rows);
  // Twice, as a thread that makes batches is given copies; the first ones wait for the garbage collector.
  const columns = mb(2 * (16 * shape.queries + 12 * shape.answers) + (isPath ? 60 * shape.answers : 0));
  const positions = shape.batch * hops;
  const arrays = STEP_ARRAYS + layers * (LAYER_ARRAYS[shape.encoder] ?? 0);
  const geometry = GEOMETRY[shape.geometry];
  const logits = mb(4 * Math.min(scoreRows(shape.scored), positions) * shape.scored);
  const step =
    (geometry.logits + (shape.scored < rows ? geometry.corrected : 0) + (teacher?.isTempered ? 5 : 0)) *
      logits +
    geometry.tables * tableOf(shape.scored) +
    arrays * mb(4 * positions * dim);
  const { validated, entities } = shape;
  const ordered = shape.geometry === 'dot' ? 0 : 2 * mb(4 * dim * entities); // a table that orders as the geometry does
  const rank = 1.5 * mb(4 * Math.min(rowsAtOnce(entities), validated) * entities) + ordered;
  const taught = teacher ? teacherMemory(shape, teacher) : { keptMb: 0, workMb: 0 };
  const plan = {
    programMb: PROGRAM_MB,
    columnsMb: columns,
    // Value, slots and gradient; starting values wait for the garbage collector.
    tablesMb: (slots + 1 + 1.3 + Number(shape.anchored ?? false)) * table + tableOf(shape.scored),
    teacherMb: taught.keptMb,
    workMb: Math.max(step, rank, taught.workMb),
    checkpointMb: 1.5 * (1 + slots) * table,
  };
  return { ...plan, peakMb: Object.values(plan).reduce((sum, part) => sum + part, 0) };
}

function teacherMemory(
  { rows, queries, batch, hops, scored }: MemoryShape,
  { rows: known, dim, linked, top, isTempered, isSampled }: TeacherShape,
): { keptMb: number; workMb: number } {
  const vectors = mb(4 * dim * rows);
  const among = isSampled ? Math.min(linked, scored) : linked;
  const soft = isSampled ? 0 : mb(8 * queries * Math.min(top, linked));
  const asked = isSampled ? batch * hops : Math.min(ANSWERED, queries);
  const answering = 3.5 * mb(4 * asked * among) + mb(4 * dim * among);
  return {
    keptMb:
      mb(4 * dim * known) + 2 * vectors + soft + 20 * mb(4 * batch * hops * dim) + (isTempered ? soft : 0),
    workMb: top > 0 ? answering : 0,
  };
}

const mb = (bytes: number): number => bytes / 2 ** 20;
