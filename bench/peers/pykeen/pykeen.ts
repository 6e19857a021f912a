import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { KgmentorError } from '../../../src/errors.js';
import { metricsOf } from '../../../src/evaluate/metrics.js';
import type { Triples } from '../../../src/kg/types.js';
import { readTensors, type StoredTensor, writeTensors } from '../../../src/model/safetensors.js';
import { writeJson } from '../../../src/train/job.js';
import { ofReference } from '../../reference/environment.js';
import { pykeenPython } from '../../reference/pykeenPython.js';
import { rankVectors } from '../rankVectors.js';
import type { Course, Validation } from './course.js';
import { type AloneFacts, validation } from './facts.js';
import type { Budget, Setting } from './settings.js';

/** The product's and PyKEEN's rankings of the same vectors may be this far apart: both add in 32 bits. */
const AGREED = 1e-4;
const script = fileURLToPath(new URL('../../../../bench/reference/pykeen_alone.py', import.meta.url));

/**
 * Trains by PyKEEN's pipeline; its vectors are ranked again by the product's evaluation.
 *
 * @throws KgmentorError UNEXPECTED where PyKEEN fails, or where the two rankings of its vectors differ
 */
export async function trainPykeen(facts: AloneFacts, setting: Setting, budget: Budget): Promise<Course> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const { entities, relations } = facts;
  try {
    writeJson(path.join(folder, 'settings.json'), { ...budget, ...setting, entities, relations });
    writeTensors(path.join(folder, 'facts.safetensors'), {
      train: rowsOf(facts.train),
      valid: rowsOf(facts.valid),
    });
    const course = await told(folder, budget.threads);
    await requireSameRanking(folder, facts, budget);
    return course;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** [n, 3] head, relation, tail. */
function rowsOf({ head, relation, tail }: Triples): StoredTensor {
  const data = new Int32Array(3 * head.length);
  for (let i = 0; i < head.length; i++) data.set([head[i], relation[i], tail[i]], 3 * i);
  return { shape: [head.length, 3], data };
}

/** What the script tells line by line. */
async function told(folder: string, threads: number): Promise<Course> {
  const child = spawn(await pykeenPython(), [script, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // Its threads wait as PyTorch has them wait: this is wall time.
      ...ofReference(threads),
      // What PyKEEN saves on its way goes with the folder.
      PYSTOW_HOME: path.join(folder, 'saved'),
    },
  });
  const course: Validation[] = [];
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => course.push(JSON.parse(line)));
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const [code] = await once(child, 'close');
  if (code === 0 && course.length > 0) return course;
  throw new KgmentorError('UNEXPECTED', `PyKEEN ended with ${code}:\n${said.slice(-8).join('\n')}`);
}

async function requireSameRanking(
  folder: string,
  facts: AloneFacts,
  { dim, threads }: Budget,
): Promise<void> {
  const { tensors } = readTensors(path.join(folder, 'tables.safetensors'));
  const [entity, relation] = [tensors.entity.data as Float32Array, tensors.relation.data as Float32Array];
  const vectors = { scoring: { encoder: 'complex', geometry: 'dot' }, dim, entity, relation } as const;
  const { valid } = await rankVectors(vectors, { valid: validation(facts) }, threads);
  const here = metricsOf(valid).mrr;
  const { mrr: there } = JSON.parse(readFileSync(path.join(folder, 'kept.json'), 'utf8')) as { mrr: number };
  if (!(Math.abs(here - there) <= AGREED))
    throw new KgmentorError(
      'UNEXPECTED',
      `PyKEEN's vectors have a validation MRR of ${here} here and ${there} there.`,
      { next: 'The two sides do not rank the same: their times cannot be compared.' },
    );
}
