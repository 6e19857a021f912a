import { KgmentorError } from '../errors.js';
import { datasetDigest } from '../kg/digest.js';
import { concatTriples } from '../kg/triples.js';
import { type Facts, readFacts, readRecord } from './folder.js';
import { readJob } from './job.js';
import type { RetrainInput } from './retrain.js';

/**
 * A fed run that goes on needs the graph, the links and the held-out facts that it began with: its rows and what it
 * must not see are made from them again.
 *
 * @throws KgmentorError USAGE when settings differ, BAD_DATA when the graph or what is made of it does
 */
export function requireSameRun(
  folder: string,
  { dataset, settings }: Pick<RetrainInput, 'dataset' | 'settings'>,
  facts: Facts,
): void {
  if (JSON.stringify(settings) !== JSON.stringify(readJob(folder).settings))
    throw new KgmentorError('USAGE', `${folder} was begun with other settings of the student.`, {
      next: 'Resume with the settings of the run, or begin a new run.',
    });
  if (datasetDigest(dataset) !== readRecord(folder).dataDigest)
    throw new KgmentorError('BAD_DATA', `The graph is not the one that ${folder} was begun with.`, {
      next: 'A run with "feed": "cypher" goes on only while its graph stays as it is. Begin a new run.',
    });
  if (!equal(columns(facts), columns(readFacts(folder))))
    throw new KgmentorError('BAD_DATA', `${folder} was begun with other held-out facts or other links.`, {
      next: 'Take heldOut and linkThreshold back to what they were, or begin a new run.',
    });
}

function columns({ split, background }: Facts): Int32Array[] {
  const sizes = [split.train, split.valid, split.test].map(({ head }) => head.length);
  const { head, relation, tail } = concatTriples([split.train, split.valid, split.test, background]);
  return [Int32Array.from(sizes), head, relation, tail];
}

const equal = (a: readonly Int32Array[], b: readonly Int32Array[]): boolean =>
  a.every((column, c) => column.length === b[c].length && column.every((value, i) => value === b[c][i]));
