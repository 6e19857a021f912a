import { count, createOutput, table } from '../../src/commands/output.js';
import { ENCODER_NAMES, type EncoderName } from '../../src/encoders.js';
import { KgmentorError } from '../../src/errors.js';
import { usedGpus } from '../../src/train/devices.js';
import { inTurns } from '../turns.js';
import { randomJob, type Size } from './job.js';
import { type Turn, turn } from './turn.js';

export interface GpuBench extends Size {
  readonly encoders: readonly string[];
  /** Paired turns. */
  readonly turns: number;
  readonly epochs: number;
  /** Of the CPU's turns; all cores where absent. */
  readonly threads?: number;
  readonly json: boolean;
}

/** One encoder: medians of its turns. */
export interface Compared {
  readonly encoder: EncoderName;
  readonly cpu: Turn;
  readonly gpu: Turn;
  /** Rates of the GPU, in the CPU's of the same pair. */
  readonly ratio: { readonly median: number; readonly least: number; readonly most: number };
  /** Of the last epochs' losses, relative. */
  readonly lossDifference: number;
}

const median = <T>(items: readonly T[], of: (item: T) => number): T =>
  [...items].sort((a, b) => of(a) - of(b))[Math.floor(items.length / 2)];

/**
 * Trains the same job on the CPU and on the first GPU by turns, and compares rates.
 *
 * @throws KgmentorError USAGE for an encoder or a size that cannot be, or where TensorFlow uses no GPU
 */
export async function runGpu(bench: GpuBench): Promise<void> {
  const { json, turns, epochs, entities, triples, dim } = bench;
  const encoders = ENCODER_NAMES.filter((name) => bench.encoders.includes(name));
  const sizes = [turns, entities, triples, dim, epochs - 1];
  if (encoders.length < bench.encoders.length || !sizes.every((n) => Number.isInteger(n) && n > 0))
    throw new KgmentorError(
      'USAGE',
      'The bench of a GPU knows no such encoder, or needs larger numbers: 2 epochs, 1 turn.',
      { next: `Encoders: ${ENCODER_NAMES.join(', ')}.` },
    );
  const [device] = await usedGpus();
  if (device === undefined)
    throw new KgmentorError('USAGE', 'TensorFlow uses no GPU here.', {
      next: 'See whether `nvidia-smi -L` lists one, CUDA_VISIBLE_DEVICES and KGMENTOR_DEVICE hide none, and what `npm run kgmentor -- setup` says.',
    });
  const out = createOutput({ json, quiet: false, verbose: false });
  const compared: Compared[] = [];
  for (const encoder of encoders) {
    out.say(`${encoder}: ${turns} turns each`);
    const one = await compare(encoder, bench, { cpu: '-1', gpu: device });
    compared.push(one);
    out.say(
      `  ${count(one.cpu.rowsPerSecond)} and ${count(one.gpu.rowsPerSecond)} rows/s, ${one.ratio.median.toFixed(2)}`,
    );
  }
  const size = { entities, triples, dim, turns, epochs };
  out.data({ ...size, compared }, () => [
    `${count(entities)} entities, ${count(triples)} triples, vectors of ${dim}; medians of ${turns} paired turns`,
    ...table(
      ['encoder', 'CPU rows/s', 'GPU rows/s', 'ratio', 'least', 'most', 'CPU MB', 'GPU MB', 'loss apart'],
      compared.map(({ encoder, cpu, gpu, ratio, lossDifference }) => [
        encoder,
        count(cpu.rowsPerSecond),
        count(gpu.rowsPerSecond),
        ratio.median.toFixed(2),
        ratio.least.toFixed(2),
        ratio.most.toFixed(2),
        count(cpu.memoryMb ?? 0),
        gpu.gpuMemoryMb === undefined ? '–' : count(gpu.gpuMemoryMb),
        lossDifference.toExponential(1),
      ]),
    ),
  ]);
}

/** Turns of one encoder on two devices, one after the other, the first in turn first. */
export async function compare(
  encoder: EncoderName,
  { turns, epochs, threads, ...size }: Size & Pick<GpuBench, 'turns' | 'epochs' | 'threads'>,
  devices: { readonly cpu: string; readonly gpu: string },
): Promise<Compared> {
  const job = randomJob(encoder, size, epochs);
  const pairs = await inTurns(turns, ['cpu', 'gpu'], (device) => turn(job, devices[device], threads));
  const ratios = pairs.map(({ cpu, gpu }) => gpu.rowsPerSecond / cpu.rowsPerSecond);
  const [{ cpu, gpu }] = pairs;
  return {
    encoder,
    cpu: median(pairs, (pair) => pair.cpu.rowsPerSecond).cpu,
    gpu: median(pairs, (pair) => pair.gpu.rowsPerSecond).gpu,
    ratio: { median: median(ratios, (n) => n), least: Math.min(...ratios), most: Math.max(...ratios) },
    lossDifference: Math.abs(gpu.loss / cpu.loss - 1),
  };
}
