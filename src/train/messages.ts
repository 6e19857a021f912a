import { type ErrorCode, KgmentorError } from '../errors.js';
import type { Device } from '../events.js';
import type { TrainingQueries } from './job.js';
import type { TrainEvent } from './loop.js';
import type { TeacherStart } from './teacherStart.js';

/** What the training process tells its parent. */
export type ChildMessage =
  | TrainEvent
  | ({ type: 'device' } & Device)
  | ({ type: 'ended' } & TrainResult)
  /** Asks for the neighbourhoods of a step; the parent answers with a `FeedMessage`. */
  | { type: 'feed'; epoch: number; step: number }
  | FailedMessage;

/** The parent's answer to a request for a batch. */
export type FeedMessage =
  | { type: 'neighbours'; epoch: number; step: number; queries: TrainingQueries }
  | { type: 'feedFailed'; message: string };

export interface TrainResult {
  readonly ended: 'done' | 'stopped';
  readonly epochs: number;
  /** Seconds of optimiser steps, distillation's own cost included. */
  readonly trainSeconds: number;
  /** Of them, waited for batches. */
  readonly waitedSeconds: number;
  /** Seconds of loading, the teacher's answers included. */
  readonly prepareSeconds: number;
  /** What its vectors began with, where that was the teacher's. */
  readonly start?: TeacherStart;
  /** Best validation MRR, null without validation facts. */
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly peakMb: number;
}

/** How a process tells its parent of an error. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly code: ErrorCode;
  readonly message: string;
  readonly next?: string;
  readonly stack?: string;
}

export function toldFailure(error: unknown): FailedMessage {
  const known = error instanceof KgmentorError ? error : undefined;
  return {
    type: 'failed',
    code: known?.code ?? 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    next: known?.next,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The error that a process told of. */
export const failureTold = ({ code, message, next, stack }: FailedMessage): KgmentorError =>
  new KgmentorError(code, message, { next, cause: stack });
