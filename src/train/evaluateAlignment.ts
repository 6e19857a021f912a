import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KgmentorError } from '../errors.js';
import { type Metrics, metricsOf } from '../evaluate/metrics.js';
import { type NamedLink, reachOf } from '../kg/namedLinks.js';
import { readTensors } from '../model/safetensors.js';
import type { AlignmentJob, AlignmentPair, VectorTable } from './alignmentJob.js';
import { alignVectors } from './alignVectors.js';
import { readModelEntities, readRecord } from './folder.js';
import { files, readJob } from './job.js';
import { readLinkFile } from './linkFiles.js';
import type { RunOptions } from './runFolder.js';
import { teacherFile } from './teacherFile.js';

/** How well one pair of sources is aligned by vectors, on links that were withheld from training. */
export interface AlignmentReport {
  readonly left: string;
  readonly right: string;
  /** Withheld links whose ends no other link joins to the other source: these are asked. */
  readonly count: number;
  /** Withheld links that are not asked, as other links tell a counterpart of an end. */
  readonly known: number;
  /** Entities of either side among which a counterpart is sought: those without one in training. */
  readonly candidates: { readonly left: number; readonly right: number };
  readonly cosine: DirectedMetrics;
  readonly csls: DirectedMetrics;
}

/** Figures asked from left to right, the other way round, and of both together. */
export interface DirectedMetrics {
  readonly forward: Metrics;
  readonly backward: Metrics;
  readonly both: Metrics;
}

/** One side of a pair: entities by their keys with the rows of their vectors. */
interface Side {
  readonly name: string;
  readonly keys: readonly string[];
  readonly rows: ArrayLike<number>;
}

interface Sides {
  readonly left: Side;
  readonly right: Side;
}

/**
 * Alignment of a run on the links that were withheld from its training (`heldOut.links`), for each pair of sources: the
 * rank of the counterpart by cosine and by CSLS among the entities of the other source that training knew no
 * counterpart of. Of a teacher all pairs of its sources, by its vectors; of a student the target against each other
 * source of its teacher, the student's vectors taken into the teacher's space by the projection of feature distillation.
 *
 * @throws KgmentorError NO_DATA where no links were withheld, or a student has no projection
 * @example
 * const reports = await evaluateAlignment('runs/teacher-1');
 * reports[0].csls.both.hits1; // in [0, 1]
 */
export async function evaluateAlignment(
  folder: string,
  options: Pick<RunOptions, 'threads' | 'signal'> = {},
): Promise<AlignmentReport[]> {
  const withheld = readLinkFile(folder, 'withheld');
  if (withheld.length === 0)
    throw new KgmentorError('NO_DATA', `No links were withheld from the training of ${folder}.`, {
      next: 'Set heldOut.links above zero in the configuration and train again.',
    });
  const { tables, sides } =
    readRecord(folder).kind === 'teacher' ? teacherSides(folder) : studentSides(folder);
  const reach = reachOf(readLinkFile(folder, 'trained'));
  const asked = sides.map((pair) => ({ ...pair, ...askedPair(pair, withheld, reach) }));
  const kept = asked.filter(({ pair, known }) => pair.asked.left.length + known > 0);
  const job: AlignmentJob = { ...tables, task: 'rank', pairs: kept.map(({ pair }) => pair) };
  const results = await alignVectors(folder, job, options);
  return kept.map(({ left, right, pair, known }, i) => ({
    left: left.name,
    right: right.name,
    count: pair.asked.left.length,
    known,
    candidates: { left: pair.left.length, right: pair.right.length },
    cosine: directed(results[i]['cosine.forward'], results[i]['cosine.backward']),
    csls: directed(results[i]['csls.forward'], results[i]['csls.backward']),
  }));
}

const directed = (forward: ArrayLike<number>, backward: ArrayLike<number>): DirectedMetrics => ({
  forward: metricsOf(forward),
  backward: metricsOf(backward),
  both: metricsOf([...Array.from(forward), ...Array.from(backward)]),
});

/** The entities of both sides that no link joins to the other one, as rows, and the withheld links between them. */
function askedPair(
  { left, right }: Sides,
  withheld: readonly NamedLink[],
  reach: ReturnType<typeof reachOf>,
): { pair: AlignmentPair; known: number } {
  const free = ({ name, keys, rows }: Side, other: Side) => {
    const entities = [...keys.keys()].filter(
      (entity) => !reach({ source: name, key: keys[entity] }).has(other.name),
    );
    return {
      rows: Int32Array.from(entities, (entity) => rows[entity]),
      at: new Map(entities.map((entity, position) => [keys[entity], position])),
    };
  };
  const [mine, theirs] = [free(left, right), free(right, left)];
  const asked: [number, number][] = [];
  let known = 0;
  for (const link of withheld) {
    const turned = link.left.source === right.name && link.right.source === left.name;
    if (!turned && (link.left.source !== left.name || link.right.source !== right.name)) continue;
    const [from, to] = turned ? [link.right, link.left] : [link.left, link.right];
    const [a, b] = [mine.at.get(from.key), theirs.at.get(to.key)];
    if (a === undefined || b === undefined) known++;
    else asked.push([a, b]);
  }
  const column = (end: 0 | 1) => Int32Array.from(asked, (pair) => pair[end]);
  return {
    pair: { left: mine.rows, right: theirs.rows, asked: { left: column(0), right: column(1) } },
    known,
  };
}

const modelTable = (folder: string): VectorTable => ({ file: join(folder, files.model), tensor: 'entity' });

type Tables = Pick<AlignmentJob, 'left' | 'right'>;

/** Each two sources of a teacher. */
function teacherSides(folder: string): { tables: Tables; sides: Sides[] } {
  const { sources } = readModelEntities(folder);
  const sides = sources.flatMap((left, i) => sources.slice(i + 1).map((right) => ({ left, right })));
  return { tables: { left: modelTable(folder), right: modelTable(folder) }, sides };
}

/** Where feature distillation keeps the projection of entity vectors. */
const PROJECTION = 'extra.entity';

/** A student's target and each other source of its teacher. */
function studentSides(folder: string): { tables: Tables; sides: Sides[] } {
  const { teacher } = readJob(folder);
  const checkpoint = join(folder, files.checkpoint);
  if (!teacher || !existsSync(checkpoint) || !readTensors(checkpoint).tensors[PROJECTION])
    throw new KgmentorError('NO_DATA', `The student of ${folder} has no way into a teacher's space.`, {
      next: 'Retrain it with a teacher and student.distillation.feature above zero.',
    });
  teacherFile(teacher.folder);
  requireSameWithheld(folder, teacher.folder);
  const [left] = readModelEntities(folder).sources;
  const others = readModelEntities(teacher.folder).sources.filter(({ name }) => name !== left.name);
  const own = { file: checkpoint, tensor: 'entity', projection: PROJECTION };
  return {
    tables: { left: own, right: modelTable(teacher.folder) },
    sides: others.map((right) => ({ left, right })),
  };
}

/** A teacher that saw links which are withheld from the student would hand them on. */
function requireSameWithheld(student: string, teacher: string): void {
  const [mine, its] = [readRecord(student).heldOut, readRecord(teacher).heldOut];
  if (!mine || !its || (mine.links === its.links && mine.key === its.key)) return;
  throw new KgmentorError(
    'USAGE',
    `The teacher of ${student} was trained with heldOut.links ${its.links}, the student with ${mine.links}: it may have seen links that are asked for.`,
    { next: 'Pre-train a teacher with the same heldOut.links and heldOut.key.' },
  );
}
