import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config, TeacherSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { Split, Triples } from '../kg/types.js';
import { readTensors, type StoredTensor, writeTensors } from '../model/safetensors.js';
import { isAlive } from '../setup/lock.js';
import type { Drift } from './drift.js';
import { files, writeJson } from './job.js';

/** How a model's rows are found again by key: lies beside the model. */
export interface ModelEntities {
  /** Of each source: its name, its candidate classes, canonical keys, and entity → model row. */
  readonly sources: readonly {
    readonly name: string;
    readonly labels: readonly string[];
    readonly keys: readonly string[];
    readonly rows: readonly number[];
  }[];
  /** Relation names; the model's relation table has their reciprocals after them. */
  readonly relations: readonly string[];
  /** Row → number of training triples at it: of several rows that a class reaches, the best known one teaches. */
  readonly degree: readonly number[];
}

export const writeEntities = (folder: string, entities: ModelEntities): void =>
  writeJson(join(folder, files.entities), entities);

/** @throws KgmentorError BAD_DATA when the folder holds no model */
export function readModelEntities(folder: string): ModelEntities {
  return readRunFile(folder, files.entities) as ModelEntities;
}

export interface TeacherRecord {
  readonly folder: string;
  readonly id: string;
  readonly encoder: string;
  readonly dim: number;
  readonly geometry: 'dot' | 'unit' | 'l2';
  readonly dataDigest: string;
}

/** What a student's record keeps of its teacher's run. */
export function teacherRecord(folder: string): TeacherRecord {
  const { id, settings, dataDigest } = readRecord(folder);
  const { encoder, dim, geometry } = settings as Pick<TeacherSettings, 'encoder' | 'dim' | 'geometry'>;
  return { folder, id, encoder, dim, geometry, dataDigest };
}

/** A run as its folder tells it. */
export interface RunRecord {
  readonly id: string;
  readonly kind: 'teacher' | 'student';
  readonly createdAt: string;
  readonly status: 'running' | 'done' | 'interrupted' | 'failed';
  /** Who trains it, while it is running. */
  readonly process?: { readonly pid: number; readonly host: string };
  readonly sources: readonly string[];
  readonly target?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The earlier model whose values it began with. */
  readonly from?: { readonly folder: string; readonly id: string };
  /** The student's teacher, with what publishing tells of it: its folder may be gone by then. */
  readonly teacher?: TeacherRecord;
  /** How the held-out facts of the sources were chosen, where that was told. */
  readonly heldOut?: Config['heldOut'];
  readonly dataDigest: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly result?: Readonly<Record<string, unknown>>;
  /** How far its vectors moved from those of the earlier model that it began with. */
  readonly drift?: Drift;
  readonly metrics?: Readonly<Record<string, unknown>>;
  /** Of a student that was to be published unattended: how the quality gate judged it. */
  readonly gate?: Readonly<Record<string, unknown>>;
}

/** Whether another process trains a run; of one on another machine its record is believed. */
export const isAtWork = ({ status, process: other }: RunRecord): boolean =>
  status === 'running' &&
  other !== undefined &&
  (other.host !== hostname() || (other.pid !== process.pid && isAlive(other.pid)));

/** How a run stands: one whose process is gone without a word was interrupted. */
export const statusOf = (record: RunRecord): RunRecord['status'] =>
  record.status === 'running' && !isAtWork(record) ? 'interrupted' : record.status;

export const writeRecord = (folder: string, record: RunRecord): void =>
  writeJson(join(folder, files.record), record);

/** @throws KgmentorError BAD_DATA when the folder holds no run */
export const readRecord = (folder: string): RunRecord => readRunFile(folder, files.record) as RunRecord;

function readRunFile(folder: string, name: string): unknown {
  const path = join(folder, name);
  if (!existsSync(path))
    throw new KgmentorError(
      'BAD_DATA',
      `${folder} holds no ${name}: it is no run of this program, or an unfinished one.`,
      {
        next: 'Name a finished run; `kgmentor runs` lists them.',
      },
    );
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new KgmentorError('BAD_DATA', `${path} is damaged: it holds no whole JSON text.`, {
      next: `Remove the folder ${folder} and train again.`,
      cause,
    });
  }
}

/** What a student's evaluation needs besides the model: facts, and what stands in other sources. */
export interface Facts {
  readonly split: Split;
  /** Other sources' triples on student rows (rows at or above `entities` come from hop 1). */
  readonly background: Triples;
  /** Sources that hold each background triple. */
  readonly votes: Int32Array;
  /** Entity → candidate class. */
  readonly label: Int32Array;
}

const column = (data: Int32Array): StoredTensor => ({ shape: [data.length], data });

export function writeFacts(folder: string, facts: Facts): void {
  const pack = (name: string, t: Triples) => ({
    [`${name}.head`]: column(t.head),
    [`${name}.relation`]: column(t.relation),
    [`${name}.tail`]: column(t.tail),
  });
  writeTensors(join(folder, files.facts), {
    ...pack('train', facts.split.train),
    ...pack('valid', facts.split.valid),
    ...pack('test', facts.split.test),
    ...pack('background', facts.background),
    votes: column(facts.votes),
    label: column(facts.label),
  });
}

export function readFacts(folder: string): Facts {
  const { tensors } = readTensors(join(folder, files.facts));
  const get = (name: string) => tensors[name].data as Int32Array;
  const unpack = (name: string): Triples => ({
    head: get(`${name}.head`),
    relation: get(`${name}.relation`),
    tail: get(`${name}.tail`),
  });
  return {
    split: { train: unpack('train'), valid: unpack('valid'), test: unpack('test') },
    background: unpack('background'),
    votes: get('votes'),
    label: get('label'),
  };
}
