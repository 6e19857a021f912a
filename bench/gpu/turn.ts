import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Usage } from '../../src/events.js';
import { type Job, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';

/** One training on one device. */
export interface Turn extends Partial<Usage> {
  /** Whether TensorFlow used a GPU. */
  readonly gpu: boolean;
  /** Of the epochs after the first, which warms up. */
  readonly rowsPerSecond: number;
  /** Mean of the last epoch. */
  readonly loss: number;
}

/**
 * Trains a job of at least two epochs in a process of its own and measures it.
 *
 * @param device a value of CUDA_VISIBLE_DEVICES; -1 for the CPU
 */
export async function turn(job: Job, device: string, threads?: number): Promise<Turn> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-bench-'));
  const epochs: (Partial<Usage> & { readonly loss: number; readonly rowsPerSecond: number })[] = [];
  let gpu = false;
  try {
    writeJob(folder, job);
    await runTraining(folder, {
      device,
      threads,
      onMessage: (message) => {
        if (message.type === 'device') gpu = message.gpu;
        if (message.type === 'epoch') epochs.push(message);
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const n = epochs.length;
  const [first, last] = [epochs[0], epochs[n - 1]];
  // Rates are means since the beginning: n epochs took n / rate of the last one.
  const rowsPerSecond = (n - 1) / (n / last.rowsPerSecond - 1 / first.rowsPerSecond);
  return {
    gpu,
    rowsPerSecond,
    loss: last.loss,
    device: last.device,
    memoryMb: last.memoryMb,
    gpuMemoryMb: last.gpuMemoryMb,
  };
}
