import { existsSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from './errors.js';
import type { QueryVector } from './query/predict.js';
import { files } from './train/job.js';
import { queryVector } from './train/queryVectors.js';
import { listRunFolders } from './train/runs.js';

/**
 * What `predict` needs of a published path encoder: its queries, by the network in the run folder on this machine.
 *
 * @param runs folder of the runs, `config.runs`
 * @throws KgmentorError, when asked: NO_DATA where no run has the published model's id
 * @example
 * await predict(graph, { ...question, relation: ['ACTED_IN', 'GENRE'], queryVector: queriesOfRuns(config.runs) });
 */
export const queriesOfRuns =
  (runs: string): QueryVector =>
  async ({ model, encoder, entity, relations }) => {
    const found = listRunFolders(runs).find(
      ({ record, folder }) => record.id === model && existsSync(path.join(folder, files.model)),
    );
    if (found) return queryVector(found.folder, { entity, relations });
    throw new KgmentorError(
      'NO_DATA',
      `The published model ${model} is of ${encoder}: its trained network makes the queries, and no run in ${runs} has it.`,
      {
        next: `Ask on the machine that trained it, copy its run folder from there into ${runs}, or publish a student of a triple encoder.`,
      },
    );
  };
