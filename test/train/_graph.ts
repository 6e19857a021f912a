import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { studentSchema, teacherSchema } from '../../src/config.js';
import type { RankingQueries } from '../../src/evaluate/types.js';
import { seededRandom } from '../../src/kg/random.js';
import type { Triples } from '../../src/kg/types.js';
import { writeFacts } from '../../src/train/folder.js';
import { type Job, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';
import { trainingQueries } from '../../src/train/queries.js';

const folders: string[] = [];
after(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

/** A new folder, removed when the tests of the file have ended. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kgmentor-train-'));
  folders.push(made);
  return made;
}

/** Begins a job in a folder and stops it at its first validation. */
export async function stopAtValidation(at: string, job: Job): Promise<void> {
  writeJob(at, job);
  const stop = new AbortController();
  const stopped = runTraining(at, {
    threads: 1,
    signal: stop.signal,
    onMessage: ({ type }) => type === 'evaluated' && stop.abort(),
  });
  await assert.rejects(stopped, { code: 'INTERRUPTED' });
}

/** A small graph with structure to learn: relation r takes i to i + r + 1 within a ring. */
export function ring(
  rows: number,
  relations: number,
  share: number,
  seed = 1,
): { train: Triples; rest: Triples } {
  const random = seededRandom(seed);
  const train: number[][] = [];
  const rest: number[][] = [];
  for (let i = 0; i < rows; i++)
    for (let r = 0; r < relations; r++) (random() < share ? train : rest).push([i, r, (i + r + 1) % rows]);
  const columns = (t: number[][]): Triples => ({
    head: Int32Array.from(t, (x) => x[0]),
    relation: Int32Array.from(t, (x) => x[1]),
    tail: Int32Array.from(t, (x) => x[2]),
  });
  return { train: columns(train), rest: columns(rest) };
}

export function tailQueries(triples: Triples): RankingQueries {
  const { length } = triples.head;
  return {
    entity: triples.head,
    relation: triples.relation,
    answer: triples.tail,
    filter: { offset: new Int32Array(length + 1), entity: new Int32Array(0) },
  };
}

const NO_FACTS: Triples = { head: new Int32Array(0), relation: new Int32Array(0), tail: new Int32Array(0) };

/** Leaves training facts in a run folder, by which a student chooses its teacher's dimensions. */
export function withFacts(at: string, train: Triples, entities: number): string {
  writeFacts(at, {
    split: { train, valid: NO_FACTS, test: NO_FACTS },
    background: NO_FACTS,
    votes: new Int32Array(0),
    label: new Int32Array(entities),
  });
  return at;
}

export const ROWS = 40;
export const RELATIONS = 4;

export function teacherJob(settings: object = {}): Job {
  const { train, rest } = ring(ROWS, RELATIONS, 0.9);
  return {
    kind: 'teacher',
    settings: teacherSchema.parse({ dim: 16, epochs: 6, batch: 32, n3: 0.001, ...settings }),
    rows: ROWS,
    entities: ROWS,
    relations: RELATIONS,
    queries: trainingQueries([{ triples: train, weight: 1 }], ROWS, RELATIONS),
    valid: tailQueries(rest),
    evaluations: { rest: tailQueries(rest) },
  };
}

/** A student that sees half of what its teacher saw. */
export function studentJob(teacher: string | undefined, settings: object = {}): Job {
  const { train, rest } = ring(ROWS, RELATIONS, 0.5, 2);
  return {
    kind: 'student',
    // Its folder has no facts to choose the teacher's dimensions by.
    settings: studentSchema.parse({ dim: 8, epochs: 6, batch: 32, start: 'random', ...settings }),
    rows: ROWS,
    entities: ROWS,
    relations: RELATIONS,
    queries: trainingQueries([{ triples: train, weight: 1 }], ROWS, RELATIONS),
    valid: tailQueries(rest),
    evaluations: { rest: tailQueries(rest) },
    ...(teacher && {
      teacher: {
        folder: teacher,
        row: Int32Array.from({ length: ROWS }, (_, i) => (i % 5 === 0 ? -1 : i)),
        relation: Int32Array.from({ length: 2 * RELATIONS }, (_, i) => (i % RELATIONS === 3 ? -1 : i)),
      },
    }),
  };
}
