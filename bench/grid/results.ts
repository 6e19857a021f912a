import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { KgmentorError } from '../../src/errors.js';
import type { Cell } from './cell.js';

const figures = z.strictObject({ count: z.number(), mrr: z.number(), hits1: z.number(), hits10: z.number() });
const report = z.strictObject({ whole: figures, copied: figures, notCopied: figures });
const stage = z.strictObject({ name: z.string(), seconds: z.number(), peakMb: z.number() });

const lineSchema = z.strictObject({
  id: z.string(),
  method: z.number(),
  /** The cell's settings, as they were digested. */
  cell: z.custom<Cell>((value) => typeof value === 'object' && value !== null && 'what' in value),
  /** All settings of the training, defaults filled in. */
  settings: z.record(z.string(), z.unknown()).optional(),
  /** On the test facts, by filter; absent for a teacher, which answers through a student's links only. */
  metrics: z.strictObject({ tv: report, full: report }).optional(),
  /** Best validation MRR. */
  validation: z.number().nullable().optional(),
  /** Of each validation: epoch, MRR, seconds of training until then. */
  validations: z.array(z.tuple([z.number(), z.number(), z.number()])).optional(),
  epochs: z.number().optional(),
  bestEpoch: z.number().optional(),
  /** Seconds of optimiser steps, and of loading with the teacher's answers. */
  trainSeconds: z.number().optional(),
  prepareSeconds: z.number().optional(),
  /** Figures of the method's own, such as the precision of proposed links. */
  extra: z.record(z.string(), z.number()).optional(),
  /** By the wall clock, with the peak memory: of `train` that of its own process, else of the bench. */
  stages: z.array(stage),
  /** Whether the training had been stopped: its first part is not in the stages. */
  resumed: z.boolean().optional(),
  /** What the training ran on, where that was not the CPU: its seconds are not those of the other cells. */
  device: z.string().optional(),
  threads: z.number(),
  date: z.string(),
  commit: z.string(),
});

/** A cell's result. */
export type Line = z.infer<typeof lineSchema>;
export type Figures = z.infer<typeof figures>;
export type Report = z.infer<typeof report>;

/**
 * The results of a file by the id of their cells.
 *
 * @throws KgmentorError BAD_DATA with file and line
 */
export function readResults(file: string): Map<string, Line> {
  const found = new Map<string, Line>();
  if (!existsSync(file)) return found;
  for (const [i, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text === '') continue;
    const fault = (why: string) =>
      new KgmentorError('BAD_DATA', `${path.basename(file)}:${i + 1}: ${why}.`, {
        next: 'Remove the line; its cell is measured again.',
      });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw fault('no JSON');
    }
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw fault(`${issue.path.join('.')}: ${issue.message}`);
    }
    if (found.has(parsed.data.id)) throw fault(`the cell ${parsed.data.id} stands there twice`);
    found.set(parsed.data.id, parsed.data);
  }
  return found;
}

/** Adds a result and gives it as it will be read: figures have six digits, which are more than seeds agree on. */
export function addResult(file: string, line: Line): Line {
  mkdirSync(path.dirname(file), { recursive: true });
  const text = JSON.stringify(line, (_, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value,
  );
  appendFileSync(file, `${text}\n`);
  return JSON.parse(text) as Line;
}

/** Seconds of a cell by the wall clock; where it was stopped and went on, at least those of its training. */
export const secondsOf = ({ stages, trainSeconds = 0, prepareSeconds = 0 }: Line): number =>
  Math.max(
    stages.reduce((sum, { seconds }) => sum + seconds, 0),
    trainSeconds + prepareSeconds,
  );
