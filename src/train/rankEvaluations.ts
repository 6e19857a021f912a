import { join } from 'node:path';
import { rank } from '../evaluate/ranks.js';
import { tidied } from '../model/backend.js';
import { writeTensors } from '../model/safetensors.js';
import { askedModel } from './askedModel.js';
import { files, readJob } from './job.js';

/**
 * Ranks a job's evaluations and writes `ranks.safetensors` beside it.
 *
 * @param by folder of the model, or 'teacher' for the job's teacher through its links
 */
export function rankEvaluations(folder: string, by: string): void {
  const job = readJob(folder);
  const model = askedModel(job, by);
  const ranks = Object.entries(job.evaluations).map(([name, queries]) => {
    const found = tidied(() => {
      const { table, query } = model.order();
      return Float32Array.from(
        rank({ table, query: (entity, relation) => query(entity, [relation]) }, queries),
      );
    });
    return [name, { shape: [found.length], data: found }] as const;
  });
  model.dispose();
  writeTensors(join(folder, files.ranks), Object.fromEntries(ranks));
}
