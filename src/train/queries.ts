import type { DistillationSettings } from '../config.js';
import type { NeighbourBatch } from '../kg/batchSource.js';
import { probeQueries } from '../kg/probes.js';
import { positions, sortBy } from '../kg/sort.js';
import { concatColumns, concatTriples } from '../kg/triples.js';
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
  const facts = parts.reduce((sum, { triples }) => sum + triples.head.length, 0);
  const all = concatTriples(parts.map(({ triples }) => triples));
  const { head, relation, tail, weight = new Float32Array(facts).fill(1) } = all;
  const knowsSources = parts.some(({ source }) => source !== undefined);
  const source = new Int32Array(knowsSources ? facts : 0);
  let filled = 0;
  for (const { triples, weight: w, source: held } of parts) {
    if (held) source.set(held, filled);
    for (const end = filled + triples.head.length; filled < end; filled++) weight[filled] *= w;
  }
  // Place i asks for the tail of fact i, place facts + i for its head: only what is sorted by is written out for both.
  const order = queryOrder({ head, relation, tail }, rows, relations);
  const factOf = (place: number) => (place < facts ? place : place - facts);
  const entityOf = (place: number) => (place < facts ? head[place] : tail[place - facts]);
  const relationOf = (place: number) =>
    place < facts ? relation[place] : relation[place - facts] + relations;
  const answerOf = (place: number) => (place < facts ? tail[place] : head[place - facts]);

  let queries = 0;
  let answers = 0;
  const isNewQuery = (place: number, last: number) =>
    last < 0 || entityOf(last) !== entityOf(place) || relationOf(last) !== relationOf(place);
  let last = -1;
  for (const place of order) {
    const isNew = isNewQuery(place, last);
    if (isNew) queries++;
    if (isNew || answerOf(last) !== answerOf(place)) answers++;
    last = place;
  }
  const out = {
    entity: new Int32Array(queries),
    relation: new Int32Array(queries),
    offset: new Int32Array(queries + 1),
    answer: new Int32Array(answers),
    weight: new Float32Array(answers),
    ...(knowsSources && { sources: new Int32Array(answers) }),
  };
  let query = 0;
  let answer = 0;
  last = -1;
  for (const place of order) {
    const isNew = isNewQuery(place, last);
    const fact = factOf(place);
    if (isNew) {
      out.entity[query] = entityOf(place);
      out.relation[query] = relationOf(place);
      out.offset[query++] = answer;
    }
    if (isNew || answerOf(last) !== answerOf(place)) out.answer[answer++] = answerOf(place);
    out.weight[answer - 1] = Math.max(out.weight[answer - 1], weight[fact]);
    if (out.sources) out.sources[answer - 1] |= source[fact];
    last = place;
  }
  out.offset[queries] = answers;
  return out;
}

/** Both directions of the facts by entity, relation and answer: place i is fact i, place facts + i its reciprocal. */
function queryOrder({ head, relation, tail }: Triples, rows: number, relations: number): Int32Array {
  const facts = head.length;
  const column = new Int32Array(2 * facts);
  let order = positions(2 * facts);
  const by = (forward: Int32Array, backward: Int32Array, added: number, bound: number) => {
    column.set(forward);
    for (let i = 0; i < facts; i++) column[facts + i] = backward[i] + added;
    order = sortBy(column, order, bound);
  };
  by(tail, head, 0, rows);
  by(relation, relation, relations, 2 * relations);
  by(head, tail, 0, rows);
  return order;
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
