import type { DistillationSettings } from '../config.js';
import type { NeighbourBatch } from '../kg/batchSource.js';
import { probeQueries } from '../kg/probes.js';
import { sortBy } from '../kg/sort.js';
import { concatColumns } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import type { TeacherLink, TrainingQueries } from './job.js';
import { isUsed } from './schedule.js';

/** Facts of one weight; `source` has the bits of the sources that hold each, for walks. */
export interface QueryPart {
  readonly triples: Triples;
  readonly weight: number;
  readonly source?: Int32Array;
}

/**
 * One row a distinct query with its known answers, both directions: the same objective as one row a triple, with far
 * fewer rows. Where parts overlap, an answer keeps its largest weight.
 *
 * @param parts triples over the same rows and relations, each with a weight that multiplies those of its facts
 * @param rows entity rows @param relations relations without reciprocals
 * @example
 * trainingQueries([{ triples: own, weight: 1 }, { triples: background, weight: 0.5 }], rows, relations);
 */
export function trainingQueries(
  parts: readonly QueryPart[],
  rows: number,
  relations: number,
): TrainingQueries {
  const total = 2 * parts.reduce((sum, { triples }) => sum + triples.head.length, 0);
  const entity = new Int32Array(total);
  const relation = new Int32Array(total);
  const answer = new Int32Array(total);
  const weight = new Float32Array(total);
  const knowsSources = parts.some(({ source }) => source !== undefined);
  const source = new Int32Array(knowsSources ? total : 0);
  let n = 0;
  for (const { triples, weight: w, source: held } of parts) {
    if (held) for (let i = 0; i < held.length; i++) source.fill(held[i], n + 2 * i, n + 2 * i + 2);
    for (let i = 0; i < triples.head.length; i++) {
      const one = w * (triples.weight?.[i] ?? 1);
      entity[n] = triples.head[i];
      relation[n] = triples.relation[i];
      answer[n] = triples.tail[i];
      weight[n++] = one;
      entity[n] = triples.tail[i];
      relation[n] = triples.relation[i] + relations;
      answer[n] = triples.head[i];
      weight[n++] = one;
    }
  }
  let order = new Int32Array(total).map((_, i) => i);
  for (const [column, bound] of [
    [answer, rows],
    [relation, 2 * relations],
    [entity, rows],
  ] as const)
    order = sortBy(column, order, bound) as Int32Array<ArrayBuffer>;

  let queries = 0;
  for (let k = 0, last = -1; k < total; last = order[k++])
    if (last < 0 || entity[last] !== entity[order[k]] || relation[last] !== relation[order[k]]) queries++;
  const outEntity = new Int32Array(queries);
  const outRelation = new Int32Array(queries);
  const outOffset = new Int32Array(queries + 1);
  const outAnswer = new Int32Array(total);
  const outWeight = new Float32Array(total);
  const outSource = new Int32Array(source.length);
  let answers = 0;
  let last = -1;
  n = 0;
  for (const i of order) {
    const sameQuery = last >= 0 && entity[last] === entity[i] && relation[last] === relation[i];
    if (!sameQuery) {
      outEntity[n] = entity[i];
      outRelation[n] = relation[i];
      outOffset[n++] = answers;
    }
    if (sameQuery && answer[last] === answer[i]) {
      outWeight[answers - 1] = Math.max(outWeight[answers - 1], weight[i]);
      outSource[answers - 1] |= source[i];
    } else {
      outAnswer[answers] = answer[i];
      outSource[answers] = source[i];
      outWeight[answers++] = weight[i];
    }
    last = i;
  }
  outOffset[queries] = answers;
  return {
    entity: outEntity,
    relation: outRelation,
    offset: outOffset,
    answer: outAnswer.slice(0, answers),
    weight: outWeight.slice(0, answers),
    ...(knowsSources && { sources: outSource.slice(0, answers) }),
  };
}

/**
 * Training queries with probes after them: likely queries without a known answer, which only the teacher's soft
 * answers teach. None where prediction distillation or the probes' weight is 0.
 *
 * @param own the target's training triples: only its relations are asked
 */
export function withProbes(
  queries: TrainingQueries,
  own: Triples,
  link: TeacherLink,
  settings: DistillationSettings,
  relations: number,
): TrainingQueries {
  if (!isUsed(settings.prediction) || settings.probes === 0) return queries;
  const used = new Set(own.relation);
  const probes = probeQueries(queries, {
    known: Uint8Array.from(link.row, (row) => Number(row >= 0)),
    wanted: Uint8Array.from(link.relation, (id, r) => Number(id >= 0 && used.has(r % relations))),
    threshold: settings.probeThreshold,
    rows: link.row.length,
    relations: 2 * relations,
  });
  const end = queries.offset[queries.entity.length];
  return {
    ...queries,
    entity: concatColumns(queries.entity, probes.entity),
    relation: concatColumns(queries.relation, probes.relation),
    offset: concatColumns(queries.offset, new Int32Array(probes.entity.length).fill(end)),
  };
}

/** Some of the queries, in the order of their indices. */
export function pickQueries(queries: TrainingQueries, at: readonly number[]): TrainingQueries {
  const { entity, relation, sources } = queries;
  const offset = new Int32Array(at.length + 1);
  for (const [k, i] of at.entries()) offset[k + 1] = offset[k] + queries.offset[i + 1] - queries.offset[i];
  const total = offset[at.length];
  const answer = new Int32Array(total);
  const weight = new Float32Array(total);
  const held = new Int32Array(sources ? total : 0);
  for (const [k, i] of at.entries()) {
    const [from, to] = [queries.offset[i], queries.offset[i + 1]];
    answer.set(queries.answer.subarray(from, to), offset[k]);
    weight.set(queries.weight.subarray(from, to), offset[k]);
    if (sources) held.set(sources.subarray(from, to), offset[k]);
  }
  return {
    entity: Int32Array.from(at, (i) => entity[i]),
    relation: Int32Array.from(at, (i) => relation[i]),
    offset,
    answer,
    weight,
    ...(sources && { sources: held }),
  };
}

/** The queries of a neighbourhood batch: those of its anchors, whose answers are all there. */
export function neighbourQueries(batch: NeighbourBatch, rows: number, relations: number): TrainingQueries {
  const triples = { ...batch.triples, weight: batch.weight };
  const all = trainingQueries([{ triples, weight: 1 }], rows, relations);
  const isAnchor = new Uint8Array(rows);
  for (const row of batch.anchors) isAnchor[row] = 1;
  return pickQueries(
    all,
    [...all.entity.keys()].filter((i) => isAnchor[all.entity[i]] === 1),
  );
}
