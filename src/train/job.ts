import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StudentSettings, TeacherSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { RankingQueries } from '../evaluate/types.js';
import { readTensors, type StoredTensor, writeTensors } from '../model/safetensors.js';
import { writeWhole } from '../wholeFile.js';
import { column, packRanking, unpackRanking } from './packQueries.js';

/** Grouped training queries with a weight an answer: the fact's own, times that of the linked subgraph where it is of there. */
export interface TrainingQueries {
  readonly entity: Int32Array;
  /** In [0, 2R): reciprocal relations ask for heads. */
  readonly relation: Int32Array;
  readonly offset: Int32Array;
  readonly answer: Int32Array;
  readonly weight: Float32Array;
  /** Bit mask of the sources that hold each answer's fact, where walks are to know it. */
  readonly sources?: Int32Array;
}

/** Pairs of rows that a loss pulls together. */
export interface SoftLinks {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Confidences in (0, 1]. */
  readonly weight: Float32Array;
  /** Weight of the loss. */
  readonly strength: number;
}

/** How student rows meet the teacher's; -1 where there is no counterpart. */
export interface TeacherLink {
  readonly folder: string;
  /** [rows] */
  readonly row: Int32Array;
  /** [2R] reciprocals included. */
  readonly relation: Int32Array;
}

/** All that the training process needs; it lies in the run folder, so that a killed run can go on. */
export interface Job {
  readonly kind: 'teacher' | 'student';
  readonly settings: TeacherSettings | StudentSettings;
  readonly rows: number;
  /** Rows that are candidates and are published: the first ones. */
  readonly entities: number;
  readonly relations: number;
  /** Empty where batches are fed from outside. */
  readonly queries: TrainingQueries;
  /** Batches come from the parent process, this many an epoch. */
  readonly feed?: { readonly steps: number };
  readonly valid?: RankingQueries;
  /** Ranked with the best weights after training, results in `ranks.safetensors`. */
  readonly evaluations: Readonly<Record<string, RankingQueries>>;
  readonly teacher?: TeacherLink;
  readonly softLinks?: SoftLinks;
  /**
   * [rows] how strongly each row is held at its starting value: the share of the way back that a step draws it, 1 where it
   * must not move.
   */
  readonly anchor?: Float32Array;
}

/** Names of the files of a run folder. */
export const files = {
  record: 'run.json',
  job: 'job.json',
  input: 'input.safetensors',
  /** Starting values of the tables, where they are not to be random. */
  start: 'start.safetensors',
  trace: 'trace.jsonl',
  checkpoint: 'checkpoint.safetensors',
  model: 'model.safetensors',
  entities: 'entities.json',
  /** What a task asks, and the answers. */
  asked: 'asked.safetensors',
  ranks: 'ranks.safetensors',
  scores: 'scores.safetensors',
  facts: 'facts.safetensors',
  /** What a trial of the first steps found, for a plan. */
  trial: 'trial.json',
} as const;

/** Writes JSON so that it appears whole or not at all. */
export function writeJson(path: string, value: unknown): void {
  writeWhole(path, (file) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`));
}

/** Writes the job into the run folder: settings as JSON, columns as safetensors. */
export function writeJob(folder: string, job: Job): void {
  mkdirSync(folder, { recursive: true });
  const { queries, valid, evaluations, teacher, softLinks, anchor, ...rest } = job;
  writeTensors(join(folder, files.input), {
    'queries/entity': column(queries.entity),
    'queries/relation': column(queries.relation),
    'queries/offset': column(queries.offset),
    'queries/answer': column(queries.answer),
    'queries/weight': column(queries.weight),
    ...(queries.sources && { 'queries/sources': column(queries.sources) }),
    ...(softLinks && {
      'softLinks/left': column(softLinks.left),
      'softLinks/right': column(softLinks.right),
      'softLinks/weight': column(softLinks.weight),
    }),
    ...(valid && packRanking('valid', valid)),
    ...Object.assign(
      {},
      ...Object.entries(evaluations).map(([name, q]) => packRanking(`evaluation:${name}`, q)),
    ),
    ...(teacher && { 'teacher/row': column(teacher.row), 'teacher/relation': column(teacher.relation) }),
    ...(anchor && { anchor: column(anchor) }),
  });
  writeJson(join(folder, files.job), {
    ...rest,
    hasValid: valid !== undefined,
    evaluations: Object.keys(evaluations),
    ...(teacher && { teacher: { folder: teacher.folder } }),
    ...(softLinks && { softLinks: { strength: softLinks.strength } }),
  });
}

/** The inverse of {@link writeJob}. */
export function readJob(folder: string): Job {
  let head: Omit<Job, 'evaluations' | 'teacher' | 'softLinks' | 'anchor'> & {
    hasValid: boolean;
    evaluations: string[];
    teacher?: { folder: string };
    softLinks?: { strength: number };
  };
  try {
    head = JSON.parse(readFileSync(join(folder, files.job), 'utf8'));
  } catch (cause) {
    throw new KgmentorError('BAD_DATA', `${folder} holds no readable ${files.job}.`, {
      next: 'Name the folder of a run that was begun by this program.',
      cause,
    });
  }
  const { tensors } = readTensors(join(folder, files.input));
  const { hasValid, evaluations, teacher, softLinks, ...rest } = head;
  return {
    ...rest,
    queries: {
      entity: tensors['queries/entity'].data as Int32Array,
      relation: tensors['queries/relation'].data as Int32Array,
      offset: tensors['queries/offset'].data as Int32Array,
      answer: tensors['queries/answer'].data as Int32Array,
      weight: tensors['queries/weight'].data as Float32Array,
      ...(tensors['queries/sources'] && { sources: tensors['queries/sources'].data as Int32Array }),
    },
    ...(hasValid && { valid: unpackRanking('valid', tensors) }),
    evaluations: Object.fromEntries(
      evaluations.map((name) => [name, unpackRanking(`evaluation:${name}`, tensors)]),
    ),
    ...(teacher && {
      teacher: {
        folder: teacher.folder,
        row: tensors['teacher/row'].data as Int32Array,
        relation: tensors['teacher/relation'].data as Int32Array,
      },
    }),
    ...(softLinks && {
      softLinks: {
        ...softLinks,
        left: tensors['softLinks/left'].data as Int32Array,
        right: tensors['softLinks/right'].data as Int32Array,
        weight: tensors['softLinks/weight'].data as Float32Array,
      },
    }),
    ...(tensors.anchor && { anchor: tensors.anchor.data as Float32Array }),
  };
}

/** Starting values that lie in a run folder, undefined where it begins at random. */
export function startOf(folder: string): Record<string, StoredTensor> | undefined {
  const path = join(folder, files.start);
  return existsSync(path) ? readTensors(path).tensors : undefined;
}
