import type { StudentSettings, TeacherSettings } from '../config.js';
import { ENCODER_FACTS } from '../encoders.js';
import { type Random, seededRandom } from '../kg/random.js';
import { type WalkStatistics, walkStatistics } from '../kg/walkStatistics.js';
import { continueWalks, type WalkGraph, walkGraph } from '../kg/walks.js';
import { makeTargets } from '../model/targets.js';
import { type Batch, type Batches, type Lengthen, memoryBatches } from './batches.js';
import type { Job, TrainingQueries } from './job.js';

type WalkSettings = Pick<
  TeacherSettings | StudentSettings,
  'pathLength' | 'pathWeight' | 'hideRate' | 'depthBias' | 'crossBias' | 'seed'
>;

/** Stream of the walks' random numbers beside those of (seed, epoch) for the order of queries. */
const STREAM = 401;

/** What batches are made from. */
export type BatchColumns = Pick<Job, 'queries' | 'rows' | 'relations' | 'settings'>;

/** Relations a row of the batches: 1 where nothing walks. */
export const hopsOf = ({ encoder, pathLength }: BatchColumns['settings']): number =>
  ENCODER_FACTS[encoder].kind === 'path' ? pathLength : 1;

/** Batches of a job from its columns in memory: single queries for a triple encoder, walks for a path encoder. */
export function jobBatches({ queries, rows, relations, settings }: BatchColumns): Batches {
  if (hopsOf(settings) === 1) return memoryBatches(queries, settings);
  const graph = walkGraphOf(queries, rows, relations);
  return {
    ...memoryBatches(queries, settings, walkingBatches(graph, settings)),
    walks: Promise.resolve(sampleWalks(queries, graph, settings)),
  };
}

/** Walks that statistics are taken from. */
const SAMPLED = 2000;

/** What walks from a sample of the facts are like. */
function sampleWalks(queries: TrainingQueries, graph: WalkGraph, settings: WalkSettings): WalkStatistics {
  const { entity, offset, answer, sources } = queries;
  const random = seededRandom(settings.seed, STREAM);
  const asked = [...entity.keys()].filter((i) => offset[i] < offset[i + 1]);
  const at = Int32Array.from({ length: SAMPLED }, () => asked[Math.floor(random() * asked.length)]);
  const fact = at.map((i) => offset[i] + Math.floor(random() * (offset[i + 1] - offset[i])));
  const start = {
    before: at.map((i) => entity[i]),
    at: fact.map((j) => answer[j]),
    ...(sources && { mask: fact.map((j) => sources[j]) }),
  };
  const bias = { depth: settings.depthBias, cross: settings.crossBias };
  return walkStatistics(start, continueWalks(graph, start, settings.pathLength - 1, bias, random));
}

/** The graph on which a path encoder walks: the facts that its training queries hold, forwards. */
export function walkGraphOf(queries: TrainingQueries, rows: number, relations: number): WalkGraph {
  const { entity, relation, offset, answer, sources } = queries;
  let forward = 0;
  for (let i = 0; i < entity.length; i++) if (relation[i] < relations) forward += offset[i + 1] - offset[i];
  const [head, type, tail] = [0, 1, 2].map(() => new Int32Array(forward));
  const source = sources && new Int32Array(forward);
  let n = 0;
  for (let i = 0; i < entity.length; i++)
    if (relation[i] < relations)
      for (let j = offset[i]; j < offset[i + 1]; j++) {
        head[n] = entity[i];
        type[n] = relation[i];
        tail[n] = answer[j];
        if (source && sources) source[n] = sources[j];
        n++;
      }
  return walkGraph({
    triples: { head, relation: type, tail },
    rows,
    relations,
    ...(source && { source }),
  });
}

/**
 * Continues the queries of a batch to paths of `pathLength` relations: one of a query's answers is the next entity, and
 * from there a biased random walk goes on. The first hop keeps all known answers of its query, so a path of one relation
 * is learned as a triple encoder learns it; each later position has the entity that the walk reached.
 */
export function walkingBatches(graph: WalkGraph, settings: WalkSettings): Lengthen {
  return (batch, epoch, step) =>
    longer(batch, graph, settings, seededRandom(settings.seed, epoch, step, STREAM));
}

function longer(
  batch: Batch,
  graph: WalkGraph,
  { pathLength: hops, pathWeight, hideRate, depthBias, crossBias }: WalkSettings,
  random: Random,
): Batch {
  const { size, offset, answer, at, sourceOf } = batch;
  const scale = 1 / Math.max(1, batch.labelled);
  // A probe has no answer to go on from: its walk stays where it is and counts nothing.
  const goesOn = Uint8Array.from({ length: size }, (_, i) => Number(offset[i] < offset[i + 1]));
  const chosen = Int32Array.from({ length: size }, (_, i) =>
    goesOn[i] ? offset[i] + Math.floor(random() * (offset[i + 1] - offset[i])) : -1,
  );
  const reached = chosen.map((j, i) => (j < 0 ? batch.entity[i] : answer[j]));
  const mask = sourceOf && chosen.map((j) => (j < 0 ? 0 : sourceOf[j]));
  const walk = continueWalks(
    graph,
    { before: batch.entity, at: reached, ...(mask && { mask }) },
    hops - 1,
    { depth: depthBias, cross: crossBias },
    random,
  );
  const positions = size * hops;
  const entity = new Int32Array(positions);
  const relation = new Int32Array(positions);
  entity.set(batch.entity);
  relation.set(batch.relation);
  relation.set(walk.relation, size);
  for (let hop = 1; hop < hops; hop++)
    for (let i = 0; i < size; i++) {
      const before = hop === 1 ? reached[i] : walk.entity[(hop - 2) * size + i];
      entity[hop * size + i] = random() < hideRate ? -1 : before;
    }
  const total = answer.length + goesOn.reduce((sum, on) => sum + on, 0) * (hops - 1);
  const longOffset = new Int32Array(positions + 1);
  longOffset.set(offset);
  const longAnswer = new Int32Array(total);
  longAnswer.set(answer);
  const weight = new Float32Array(total);
  weight.set(batch.answerWeight);
  let n = answer.length;
  for (let p = size; p < positions; p++) {
    if (goesOn[p % size]) {
      longAnswer[n] = walk.entity[p - size];
      weight[n++] = pathWeight * scale;
    }
    longOffset[p + 1] = n;
  }
  const targets = makeTargets(longOffset, longAnswer, (j) => weight[j]);
  return {
    at,
    size,
    hops,
    entity,
    relation,
    labelled: batch.labelled,
    mass: targets.mass,
    offset: longOffset,
    answer: longAnswer,
    answerWeight: weight,
    targets,
  };
}
