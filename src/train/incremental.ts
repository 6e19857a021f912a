import type { StudentSettings } from '../config.js';
import { ENCODER_FACTS } from '../encoders.js';
import { KgmentorError } from '../errors.js';
import { type Changes, changedQueries } from '../kg/changes.js';
import { shuffled } from '../kg/random.js';
import { concatTriples, filterTriples } from '../kg/triples.js';
import type { Entities, Triples } from '../kg/types.js';
import { type ModelEntities, readFacts, readModelEntities } from './folder.js';
import type { Job, TrainingQueries } from './job.js';
import { placeNew } from './placeNew.js';
import { pickQueries, trainingQueries } from './queries.js';
import { earlierRelations, rowsKnown, shapeFacts, writeStart } from './warmStart.js';

/** The settings with which a student goes on from an earlier one: fewer epochs at a lower rate. */
export function incrementalSettings(settings: StudentSettings): StudentSettings {
  const { epochs, learningRate } = settings.incremental;
  const rate = learningRate ?? lower(settings.learningRate);
  const evaluateEvery = Math.min(settings.evaluateEvery, epochs);
  return { ...settings, epochs, evaluateEvery, learningRate: rate };
}

/** Where no rate is given: a tenth of the highest one, so that what is known stays. */
const lower = (rate: StudentSettings['learningRate']): number =>
  (typeof rate === 'number' ? rate : rate.from) / 10;

/** A student's job as a whole training has it, and what names its rows. */
interface Whole {
  readonly job: Job;
  /** All queries of its facts, without probes; also where the job is fed from outside. */
  readonly queries: TrainingQueries;
  readonly model: ModelEntities;
  /** Entity → candidate class. */
  readonly label: Int32Array;
}

/**
 * Writes the starting values of a run that goes on from an earlier student, and cuts its job down to what has changed.
 *
 * @throws KgmentorError USAGE where the earlier student is of another encoder or size, or a frozen label is none of the
 *   source's; NO_DATA where there is nothing to train on
 */
export function beginFrom(
  folder: string,
  from: string,
  { job, queries, model, label }: Whole,
): { job: Job; counts: Readonly<Record<string, number>> } {
  const settings = job.settings as StudentSettings;
  const place = placeNew(queries, job.teacher, settings.seed);
  const earlier = writeStart(folder, from, model, shapeFacts(job), place);
  const { relations, sources } = model;
  const changes = changesSince(from, queries, { earlier, known: job.entities, names: relations });
  const anchor = anchorStrength(earlier, changes, { labels: sources[0].labels, label }, settings.incremental);
  const chosen = job.feed ? job.queries : repeatedQueries(job.queries, changes, settings);
  return {
    job: { ...job, queries: chosen, anchor },
    counts: {
      rowsOfEarlier: rowsKnown(earlier),
      queries: queries.entity.length,
      changedQueries: changes.query.reduce((sum, one) => sum + one, 0),
      trainedQueries: chosen.entity.length,
    },
  };
}

/**
 * What has changed since an earlier run's facts, on the rows and relations of a new one.
 *
 * @param from the earlier run's folder @param earlier row → the earlier run's row, or -1
 * @param known rows that both runs can name: the target's entities
 */
export function changesSince(
  from: string,
  queries: TrainingQueries,
  { earlier, known, names }: { earlier: Int32Array; known: number; names: readonly string[] },
): Changes {
  const facts = readFacts(from);
  const before = readModelEntities(from).relations;
  const all = concatTriples([facts.split.train, facts.background]);
  const rows = [all.head, all.tail, earlier].reduce(
    (most, column) => column.reduce((a, b) => Math.max(a, b), most),
    -1,
  );
  const rowOf = inverse(earlier, rows + 1);
  const relationOf = inverse(earlierRelations(names, before).subarray(0, names.length), before.length);
  const mapped: Triples = {
    head: all.head.map((row) => rowOf[row]),
    relation: all.relation.map((id) => relationOf[id]),
    tail: all.tail.map((row) => rowOf[row]),
  };
  const still = filterTriples(
    mapped,
    (i) => mapped.head[i] >= 0 && mapped.relation[i] >= 0 && mapped.tail[i] >= 0,
  );
  const old = trainingQueries([{ triples: still, weight: 1 }], earlier.length, names.length);
  return changedQueries(queries, old, earlier.length, known);
}

function inverse(places: Int32Array, size: number): Int32Array {
  const out = new Int32Array(size).fill(-1);
  for (let i = places.length - 1; i >= 0; i--) if (places[i] >= 0) out[places[i]] = i;
  return out;
}

/** Stream of what is repeated, beside others of the seed. */
const STREAM = 509;

/**
 * The queries that an incremental run trains on: those that changed, and a share of the others lest they be forgotten. A
 * path encoder trains on all, as its walks go over the whole graph.
 *
 * @throws KgmentorError NO_DATA where that is none
 */
function repeatedQueries(
  queries: TrainingQueries,
  { query }: Changes,
  { encoder, seed, incremental }: StudentSettings,
): TrainingQueries {
  if (ENCODER_FACTS[encoder].kind === 'path') return queries;
  const order = shuffled(queries.entity.length, seed, STREAM);
  // Probes stand after the queries that were compared.
  const others = order.filter((i) => query[i] !== 1);
  const repeated = others.subarray(0, Math.ceil(incremental.replay * others.length));
  const chosen = [...order.filter((i) => query[i] === 1), ...repeated].sort((a, b) => a - b);
  if (chosen.length > 0) return pickQueries(queries, chosen);
  throw new KgmentorError('NO_DATA', 'No fact has changed since the earlier student was trained.', {
    next: 'Nothing needs to be trained; "incremental.replay" above 0 trains on what was known.',
  });
}

/**
 * How strongly rows are held: those that the earlier student has by `anchor`, less where their facts changed, and those of
 * frozen labels altogether.
 *
 * @throws KgmentorError USAGE for a frozen label that the source does not have
 */
function anchorStrength(
  earlier: Int32Array,
  changes: Changes,
  { labels, label }: Pick<Entities, 'labels' | 'label'>,
  { anchor, changed, frozen }: StudentSettings['incremental'],
): Float32Array {
  const unknown = frozen.filter((name) => !labels.includes(name));
  if (unknown.length > 0)
    throw new KgmentorError('USAGE', `The source has no label ${unknown.join(', ')} to freeze.`, {
      next: `It has ${labels.join(', ')}.`,
    });
  const isFrozen = labels.map((name) => frozen.includes(name));
  return Float32Array.from(earlier, (old, row) => {
    if (old < 0) return 0;
    if (row < label.length && isFrozen[label[row]]) return 1;
    return anchor * (changes.row[row] === 1 ? changed : 1);
  });
}
