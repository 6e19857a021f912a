import type { ErrorCode } from '../errors.js';
import type { TrainEvent } from './loop.js';

/** What the training process tells its parent. */
export type ChildMessage =
  | TrainEvent
  | { type: 'device'; backend: string; gpu: boolean; version: string }
  | ({ type: 'ended' } & TrainResult)
  | { type: 'failed'; code: ErrorCode; message: string; next?: string; stack?: string };

export interface TrainResult {
  readonly ended: 'done' | 'stopped';
  readonly epochs: number;
  /** Seconds of optimiser steps, distillation's own cost included. */
  readonly trainSeconds: number;
  /** Seconds of loading, the teacher's answers included. */
  readonly prepareSeconds: number;
  /** Best validation MRR, null without validation facts. */
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly peakMb: number;
}
