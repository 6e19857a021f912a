import { KgmentorError } from '../errors.js';
import { datasetDigest } from '../kg/digest.js';
import { concatTriples } from '../kg/triples.js';
import { type Facts, readFacts, readRecord } from './folder.js';
import { readJob } from './job.js';
import type { RetrainInput } from './retrain.js';

/**
 * A teacher that saw the target must have had the same facts held out: else it hands test facts on to the student,
 * whose figures would be too good.
 *
 * @throws KgmentorError USAGE
 */
export function requireUnseen(
  teacher: string,
  { target, heldOut }: Pick<RetrainInput, 'target' | 'heldOut'>,
): void {
  const record = readRecord(teacher);
  if (!heldOut || !record.heldOut || !record.sources.includes(target)) return;
  const differ = (['valid', 'test', 'key'] as const).filter(
    (name) => record.heldOut?.[name] !== heldOut[name],
  );
  if (differ.length === 0) return;
  throw new KgmentorError(
    'USAGE',
    `The teacher ${record.id} was trained on ${target} with other held-out facts (heldOut.${differ.join(', heldOut.')}): it has seen facts that are held out now.`,
    { next: 'Take heldOut back to what it was, or pre-train a teacher with these settings.' },
  );
}

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
