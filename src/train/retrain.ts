import { mkdirSync } from 'node:fs';
import type { Config, EvaluationSettings, StudentSettings } from '../config.js';
import { ENCODER_FACTS } from '../encoders.js';
import { KgmentorError } from '../errors.js';
import type { BatchSource, FeedLayout } from '../kg/batchSource.js';
import { checkDataset } from '../kg/check.js';
import { linkClasses } from '../kg/classes.js';
import { datasetDigest } from '../kg/digest.js';
import type { NamedLink } from '../kg/namedLinks.js';
import { linkedSubgraph } from '../kg/subgraph.js';
import { filterTriples, sortTriples } from '../kg/triples.js';
import type { Alignments, Dataset, LinkedClasses, Split, Triples } from '../kg/types.js';
import { valueMask } from '../kg/values.js';
import { validQueries } from './evaluations.js';
import { feedLayout } from './feedLayout.js';
import { type Facts, readRecord, teacherRecord, writeEntities, writeFacts, writeRecord } from './folder.js';
import { beginFrom, incrementalSettings } from './incremental.js';
import { type Job, type TeacherLink, writeJob } from './job.js';
import { recordLinks, writeLinks } from './linkFiles.js';
import { trainingQueries, withProbes } from './queries.js';
import { type RunOptions, type RunOutcome, runFolder } from './runFolder.js';
import { requireSameRun, requireUnseen } from './sameRun.js';
import { withAddedLinks } from './studentLinks.js';
import { linkToTeacher } from './teacherLink.js';

export interface RetrainInput {
  /** The target whole, and at least the linked subgraph of the other sources (`readDataset` with `around`). */
  readonly dataset: Dataset;
  /** Links that are not among the dataset's: kept for the evaluation of alignment. */
  readonly withheld?: Alignments;
  readonly target: string;
  /** The target's facts; only `train` is trained on, `valid` chooses the best epoch. */
  readonly split: Split;
  readonly settings: StudentSettings;
  readonly evaluation: EvaluationSettings;
  /** Links under this confidence are not merged; 0 where absent. */
  readonly linkThreshold?: number;
  /** How the split was made, so that a teacher that saw other facts is told. */
  readonly heldOut?: Config['heldOut'];
  /** The teacher's run folder; without one nothing is distilled. */
  readonly teacher?: string;
  /**
   * Run folder of an earlier student of the same target and size to go on from, by `settings.incremental`: its vectors are
   * the start, what changed since is learned, and the rest stays near to what it was.
   */
  readonly from?: string;
  /** Adds links that structure is this sure of before training; the dataset then holds the other sources whole. */
  readonly grow?: { readonly precision: number };
  readonly folder: string;
  readonly id: string;
  /** Makes a feed that pulls batches while training; columns in memory where absent. */
  readonly feed?: (layout: FeedLayout) => Promise<BatchSource>;
}

/** What a student trains on, before its job is written. */
export interface PreparedStudent {
  /** As it was given, with the links that the teacher grew and those that were grown for the student. */
  readonly dataset: Dataset;
  /** The latter. */
  readonly grown: readonly NamedLink[];
  readonly facts: Facts;
  readonly entities: number;
  readonly rows: number;
  readonly relations: number;
  readonly link?: TeacherLink;
  readonly conflicts: number;
  /** The background triples that are trained on. */
  readonly trained: Triples;
  /** For each source of the dataset: entity → student row, or -1. */
  readonly rowOf: readonly Int32Array[];
  /** Target entities that the teacher knows. */
  readonly linked: number;
}

/**
 * Local re-training: a student for one target, on its own facts and the linked subgraph, by distillation from a
 * teacher that may never have seen the target.
 *
 * @throws KgmentorError NO_DATA when there is nothing to train on; BAD_DATA for a dataset that breaks its contract;
 * INTERRUPTED after a stop; USAGE or BAD_DATA when a fed run is to go on with other settings or another graph; USAGE
 * when the teacher was trained with other held-out facts of the target
 * @example
 * await retrain({ dataset, target: 'movies', split, settings: config.student, evaluation: config.evaluation,
 *   teacher: 'runs/teacher', folder: 'runs/movies', id: 'movies-1' });
 */
export async function retrain(input: RetrainInput, options: RunOptions = {}): Promise<RunOutcome> {
  const feed = await beginRetraining(input, options);
  return runFolder(input.folder, 'student', { ...options, feed });
}

/**
 * Writes a student's run folder, untrained, unless it is to go on; throws as `retrain` does.
 *
 * @returns what feeds its batches, where the input names a feed
 */
export async function beginRetraining(
  given: RetrainInput,
  options: Pick<RunOptions, 'resume' | 'onEvent'> = {},
): Promise<BatchSource | undefined> {
  const input = given.from ? { ...given, settings: incrementalSettings(given.settings) } : given;
  const { folder, settings, grow } = input;
  checkDataset(input.dataset);
  if (input.teacher) requireUnseen(input.teacher, input);
  if (grow && input.feed) refuseGrownFeed();
  const prepared = prepareStudent(input);
  const { facts } = prepared;
  if (prepared.link?.row.every((row) => row < 0))
    options.onEvent?.({
      type: 'warning',
      message: `the teacher knows no entity of ${input.target}, by links or by itself: only its relation vectors can teach`,
    });
  if (grow)
    options.onEvent?.({
      type: 'grown',
      round: 1,
      rounds: 1,
      byVectors: 0,
      byStructure: prepared.grown.length,
    });
  if (facts.split.train.head.length === 0)
    throw new KgmentorError('NO_DATA', `The source ${input.target} holds no relationship to train on.`, {
      next: 'Check its labels, relations.include and relations.exclude in the configuration.',
    });
  if (input.feed && ENCODER_FACTS[settings.encoder].kind === 'path')
    throw new KgmentorError(
      'USAGE',
      `The encoder ${settings.encoder} walks, and "feed": "cypher" gives no walks.`,
      {
        next: 'Take "feed": "memory", or a triple encoder.',
      },
    );
  if (options.resume && input.feed) requireSameRun(folder, { dataset: prepared.dataset, settings }, facts);
  const feed = input.feed && (await input.feed(feedLayout(input, prepared)));
  if (!options.resume) writeStudent(input, prepared, feed);
  return feed;
}

/** Says that a fed student grows no links: to be called before anything is read. */
export function refuseGrownFeed(): never {
  throw new KgmentorError(
    'USAGE',
    'Growing links needs the other sources whole, and "feed": "cypher" avoids that.',
    { next: 'Take "feed": "memory", or grow the links with the teacher.' },
  );
}

/**
 * Writes a student's run folder, untrained: what training needs, and what an evaluation of its teacher's answers does.
 *
 * @param feed where batches come from instead of the job's own columns
 */
export function writeStudent(
  input: RetrainInput,
  prepared: PreparedStudent = prepareStudent(input),
  feed?: BatchSource,
): void {
  const { settings, folder, id } = input;
  const { dataset, grown, facts, relations, rows, entities, link } = prepared;
  mkdirSync(folder, { recursive: true });
  const held = ({ head }: Triples, bit: number) => new Int32Array(head.length).fill(bit);
  const own = { triples: facts.split.train, weight: 1, source: held(facts.split.train, 1) };
  const background = {
    triples: prepared.trained,
    weight: settings.background,
    source: held(prepared.trained, 2),
  };
  const source = dataset.sources.find(({ name }) => name === input.target) as Dataset['sources'][number];
  const queries = trainingQueries(settings.background > 0 ? [own, background] : [own], rows, relations);
  const whole: Job = {
    kind: 'student',
    settings,
    rows,
    entities,
    relations,
    queries: feed
      ? trainingQueries([], rows, relations)
      : link
        ? withProbes(queries, facts.split.train, link, settings.distillation, relations)
        : queries,
    ...(feed && { feed: { steps: feed.steps } }),
    ...(facts.split.valid.head.length > 0 && {
      valid: validQueries(
        facts,
        { keys: source.entities.keys, relations: dataset.relations },
        input.evaluation,
      ),
    }),
    evaluations: {},
    ...(link && { teacher: link }),
  };
  const degree = new Int32Array(rows);
  for (const { head, tail } of [facts.split.train, facts.background])
    for (const ends of [head, tail]) for (const row of ends) degree[row]++;
  const model = {
    sources: [
      {
        name: input.target,
        labels: source.entities.labels,
        keys: source.entities.keys,
        rows: Array.from({ length: entities }, (_, i) => i),
      },
    ],
    relations: dataset.relations,
    degree: Array.from(degree),
  };
  const begun =
    input.from === undefined
      ? { job: whole, counts: {} }
      : beginFrom(folder, input.from, { job: whole, queries, model, label: source.entities.label });
  writeJob(folder, begun.job);
  writeFacts(folder, facts);
  recordLinks(folder, dataset, input.withheld);
  if (input.grow) writeLinks(folder, 'grown', grown);
  writeEntities(folder, model);
  writeRecord(folder, {
    id,
    kind: 'student',
    createdAt: new Date().toISOString(),
    status: 'running',
    sources: dataset.sources.map(({ name }) => name),
    target: input.target,
    settings: { ...settings, evaluation: input.evaluation },
    ...(input.from !== undefined && { from: { folder: input.from, id: readRecord(input.from).id } }),
    ...(input.teacher && { teacher: teacherRecord(input.teacher) }),
    ...(input.heldOut && { heldOut: input.heldOut }),
    dataDigest: datasetDigest(dataset),
    counts: {
      entities,
      rows,
      relations,
      train: facts.split.train.head.length,
      valid: facts.split.valid.head.length,
      test: facts.split.test.head.length,
      background: facts.background.head.length,
      linked: prepared.linked,
      conflicts: prepared.conflicts,
      ...(input.grow && { grown: grown.length }),
      ...begun.counts,
    },
  });
}

/** The linked subgraph on student rows and the way from there to the teacher's rows. */
export function prepareStudent(
  input: Pick<
    RetrainInput,
    'dataset' | 'target' | 'split' | 'settings' | 'linkThreshold' | 'teacher' | 'grow'
  >,
): PreparedStudent {
  const { settings } = input;
  const target = input.dataset.sources.findIndex(({ name }) => name === input.target);
  if (target < 0)
    throw new KgmentorError('USAGE', `The target ${JSON.stringify(input.target)} was not read.`);
  const { dataset, grown } = withAddedLinks(input);
  const classes: LinkedClasses = linkClasses(
    dataset.sources.map(({ entities }) => entities.keys.length),
    dataset.alignments,
    { threshold: input.linkThreshold },
  );
  const source = dataset.sources[target];
  const entities = source.entities.keys.length;
  const relations = dataset.relations.length;
  // Sorted, so that no figure depends on the order in which facts are read: sums of floats do.
  const sorted = (triples: Triples) => sortTriples(triples, entities, relations);
  const { train, valid, test } = input.split;
  const split = { train: sorted(train), valid: sorted(valid), test: sorted(test) };
  const subgraph = linkedSubgraph({
    target: { name: source.name, entities, train: split.train },
    others: dataset.sources.flatMap(({ name, triples, entities }, i) =>
      i === target ? [] : [{ name, triples, classOf: classes.classOf[i], values: valueMask(entities) }],
    ),
    targetClassOf: classes.classOf[target],
    classes: classes.count,
    relations,
    hops: settings.hops,
  });
  const link =
    input.teacher === undefined
      ? undefined
      : linkToTeacher(input.teacher, dataset, classes, target, subgraph.extraClass);
  const used = new Set(split.train.relation);
  const trained =
    settings.backgroundRelations === 'all'
      ? subgraph.background
      : filterTriples(subgraph.background, (i) => used.has(subgraph.background.relation[i]));
  const rowOfClass = new Int32Array(classes.count).fill(-1);
  for (let entity = entities - 1; entity >= 0; entity--) rowOfClass[classes.classOf[target][entity]] = entity;
  for (const [i, id] of subgraph.extraClass.entries()) rowOfClass[id] = entities + i;
  return {
    dataset,
    grown,
    rowOf: classes.classOf.map((classOf, s) =>
      s === target ? Int32Array.from(classOf, (_, entity) => entity) : classOf.map((id) => rowOfClass[id]),
    ),
    trained,
    facts: {
      split,
      background: subgraph.background,
      votes: subgraph.votes,
      label: source.entities.label,
    },
    entities,
    rows: subgraph.rows,
    relations,
    link,
    conflicts: classes.conflicts,
    linked: link ? link.row.subarray(0, entities).reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0) : 0,
  };
}
