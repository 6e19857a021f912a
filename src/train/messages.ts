import type { ErrorCode } from '../errors.js';
import type { NeighbourBatch } from '../kg/batchSource.js';
import type { TrainEvent } from './loop.js';

/** What the training process tells its parent. */
export type ChildMessage =
  | TrainEvent
  | { type: 'device'; backend: string; gpu: boolean; version: string }
  | ({ type: 'ended' } & TrainResult)
  /** Asks for the neighbourhoods of a step; the parent answers with a `FeedMessage`. */
  | { type: 'feed'; epoch: number; step: number }
  | { type: 'failed'; code: ErrorCode; message: string; next?: string; stack?: string };

/** The parent's answer to a request for a batch. */
export type FeedMessage =
  | { type: 'neighbours'; epoch: number; step: number; batch: NeighbourBatch }
  | { type: 'feedFailed'; message: string };

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
