import { mkdirSync } from 'node:fs';
import type { Config, TeacherSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import { rankingQueries } from '../evaluate/filters.js';
import { checkDataset } from '../kg/check.js';
import { linkClasses } from '../kg/classes.js';
import { datasetDigest } from '../kg/digest.js';
import { teacherGraph } from '../kg/linkModes.js';
import { shuffled } from '../kg/random.js';
import { concatTriples, pickTriples, sortTriples } from '../kg/triples.js';
import type { Alignments, Dataset, JointGraph, Split, Triples } from '../kg/types.js';
import { type ModelEntities, readRecord, writeEntities, writeRecord } from './folder.js';
import { type Job, writeJob } from './job.js';
import { recordLinks } from './linkFiles.js';
import { trainingQueries } from './queries.js';
import { type RunOptions, type RunOutcome, runFolder } from './runFolder.js';
import { rowsKnown, shapeFacts, writeStart } from './warmStart.js';

export interface PretrainInput {
  readonly dataset: Dataset;
  /** Links that are not among the dataset's: kept for the evaluation of alignment. */
  readonly withheld?: Alignments;
  readonly settings: TeacherSettings;
  /** Facts held out of each source by name: never trained on, the validation ones choose the best epoch. */
  readonly splits?: Readonly<Record<string, Split>>;
  /** How the splits were made: kept in the record, for students of this teacher. */
  readonly heldOut?: Config['heldOut'];
  /** Run folder, made where missing. */
  readonly folder: string;
  readonly id: string;
  /** Run folder of an earlier teacher of the same size to go on from: entities and relations meet by key and name. */
  readonly from?: string;
}

/** Validation facts at most: ranking among all rows costs as much as training on them. */
const MOST_VALIDATED = 2000;

/**
 * Joint pre-training: one teacher over all or chosen sources, one row a linked class.
 *
 * @throws KgmentorError NO_DATA when there is nothing to train on; BAD_DATA for a dataset that breaks its contract;
 * INTERRUPTED after a stop
 * @example
 * const { result } = await pretrain({ dataset, settings: config.teacher, folder: 'runs/teacher', id: 'teacher' });
 */
export async function pretrain(input: PretrainInput, options: RunOptions = {}): Promise<RunOutcome> {
  writePretraining(input);
  return runFolder(input.folder, 'teacher', options);
}

/** Writes a teacher's run folder, untrained; throws as `pretrain` does. */
export function writePretraining(input: PretrainInput): void {
  const { dataset, settings, folder, id } = input;
  checkDataset(dataset);
  const chosen = settings.sources ?? dataset.sources.map(({ name }) => name);
  const indices = chosen.map((name) => {
    const i = dataset.sources.findIndex((source) => source.name === name);
    if (i < 0) throw new KgmentorError('USAGE', `The teacher's source ${JSON.stringify(name)} was not read.`);
    return i;
  });
  const classes = linkClasses(
    dataset.sources.map(({ entities }) => entities.keys.length),
    dataset.alignments,
    { threshold: settings.linkThreshold, sources: indices },
  );
  const sources = indices.map((i) => dataset.sources[i]);
  const {
    joint,
    relations: names,
    pairs,
  } = teacherGraph({
    sources: indices.map((index) => {
      const { name, entities, triples } = dataset.sources[index];
      return { name, index, entities: entities.keys.length, triples: input.splits?.[name]?.train ?? triples };
    }),
    classes,
    alignments: dataset.alignments,
    relations: dataset.relations,
    mode: settings.links,
  });
  const relations = names.length;
  if (joint.triples.head.length === 0)
    throw new KgmentorError('NO_DATA', `The sources ${chosen.join(', ')} hold no relationship to train on.`, {
      next: 'Check relations.include and relations.exclude of the configuration.',
    });
  mkdirSync(folder, { recursive: true });
  const valid = sampleValid(
    joint,
    sources.map(({ name }) => input.splits?.[name]?.valid),
    settings.seed,
  );
  const entities: ModelEntities = {
    sources: sources.map(({ name, entities }, s) => ({
      name,
      labels: entities.labels,
      keys: entities.keys,
      rows: Array.from(joint.rowOf[s]),
    })),
    relations: names,
    degree: Array.from(degrees(joint)),
  };
  const job: Job = {
    kind: 'teacher',
    settings,
    rows: joint.rows,
    entities: joint.rows,
    relations,
    queries: trainingQueries(
      [{ triples: joint.triples, weight: 1, source: joint.source }],
      joint.rows,
      relations,
    ),
    ...(valid && {
      valid: rankingQueries(valid, [joint.triples, valid], { relations, directions: 'both' }),
    }),
    evaluations: {},
    ...(pairs.left.length > 0 &&
      settings.softLinks > 0 && { softLinks: { ...pairs, strength: settings.softLinks } }),
  };
  writeJob(folder, job);
  writeEntities(folder, entities);
  recordLinks(folder, dataset, input.withheld);
  const found =
    input.from === undefined ? undefined : writeStart(folder, input.from, entities, shapeFacts(job));
  writeRecord(folder, {
    id,
    kind: 'teacher',
    createdAt: new Date().toISOString(),
    status: 'running',
    sources: chosen,
    settings,
    ...(input.from !== undefined && { from: { folder: input.from, id: readRecord(input.from).id } }),
    ...(input.heldOut && { heldOut: input.heldOut }),
    dataDigest: datasetDigest(dataset),
    counts: {
      rows: joint.rows,
      relations,
      triples: joint.triples.head.length,
      conflicts: classes.conflicts,
      softLinks: pairs.left.length,
      ...(found && { rowsOfEarlier: rowsKnown(found) }),
      validated: valid?.head.length ?? 0,
    },
  });
}

function degrees({ rows, triples }: JointGraph): Int32Array {
  const degree = new Int32Array(rows);
  for (const ends of [triples.head, triples.tail]) for (const row of ends) degree[row]++;
  return degree;
}

/** Validation facts of the sources on joint rows, a seeded sample of them in whichever order each source's come. */
function sampleValid(
  joint: JointGraph,
  valids: readonly (Triples | undefined)[],
  seed: number,
): Triples | undefined {
  const mapped = valids.flatMap((valid, s) => {
    if (!valid) return [];
    const rowOf = joint.rowOf[s];
    const { head, relation, tail } = sortTriples(valid, rowOf.length, joint.relations);
    return [{ head: head.map((h) => rowOf[h]), relation, tail: tail.map((t) => rowOf[t]) }];
  });
  const all = concatTriples(mapped);
  if (all.head.length === 0) return undefined;
  return pickTriples(all, shuffled(all.head.length, seed, 211).slice(0, MOST_VALIDATED).sort());
}
