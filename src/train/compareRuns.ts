import { knownFacts, type RankingOptions, rankingQueries } from '../evaluate/filters.js';
import { type Metrics, metricsOf } from '../evaluate/metrics.js';
import { mostRanked, sampleRows } from '../evaluate/sample.js';
import { filterTriples, pickTriples, tripleSet } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import { readEvaluationInput } from './evaluationInput.js';
import { type EvaluateOptions, ranksBy, validQueries } from './evaluations.js';
import { readFacts, readModelEntities } from './folder.js';

/** Two students of one target on the same questions; figures are shares in [0, 1]. */
export interface Comparison {
  /** Validation facts of the newer run that both were asked. */
  readonly facts: number;
  readonly newer: Metrics;
  readonly older: Metrics;
  /** The newer one on its validation facts, as it is validated while training. */
  readonly whole: Metrics;
}

/**
 * Ranks the newer run's validation facts by both runs' models, `tv` filter, test facts unseen. Both are asked the same
 * questions about the same candidates, though the graph may have changed between them: facts whose ends or relation
 * the older one does not know are left out, as are facts that it was trained on, and entities that only one of them
 * knows are no candidates.
 *
 * @param newer, older run folders of finished students
 * @throws KgmentorError BAD_DATA where a folder holds no finished student
 * @example
 * const { newer, older } = await compareRuns('runs/films-2', 'runs/films-1');
 * newer.mrr >= older.mrr - 0.01;
 */
export async function compareRuns(
  newer: string,
  older: string,
  options: Pick<EvaluateOptions, 'evaluation' | 'most' | 'threads' | 'signal' | 'device'> = {},
): Promise<Comparison> {
  const { facts, entities, keys, relations, evaluation } = readEvaluationInput(newer, options.evaluation);
  const old = { ...readModelEntities(older), facts: readFacts(older) };
  const entityAt = positionsOf(keys, old.sources[0].keys);
  const relationAt = positionsOf(relations, old.relations);
  /** On the older one's ids; -1 where it has none. */
  const translated = ({ head, relation, tail }: Triples): Triples => ({
    head: head.map((id) => entityAt[id]),
    relation: relation.map((id) => relationAt[id]),
    tail: tail.map((id) => entityAt[id]),
  });
  const isKnown = ({ head, relation, tail }: Triples) => {
    return (i: number) => head[i] >= 0 && relation[i] >= 0 && tail[i] >= 0;
  };
  const knownOf = (triples: Triples) => filterTriples(triples, isKnown(triples));

  const { valid } = facts.split;
  const onOld = translated(valid);
  const trained = tripleSet(old.facts.split.train, old.facts.label.length, old.relations.length);
  const isAsked = (i: number) =>
    isKnown(onOld)(i) && !trained.has(onOld.head[i], onOld.relation[i], onOld.tail[i]);
  const common = Int32Array.from(valid.head.keys()).filter(isAsked);
  const names = { keys, relations };
  const most = options.most ?? mostRanked(entities, 'valid', evaluation);
  const sample = sampleRows(pickTriples(valid, common), names, most);
  const rows = sample?.map((i) => common[i]) ?? common;
  const asked = pickTriples(valid, rows);

  const classes = evaluation.candidates === 'label' ? facts.label : facts.label.map(() => 0);
  const outside = classes.reduce((most, one) => Math.max(most, one), 0) + 1;
  const label = classes.map((one, entity) => (entityAt[entity] >= 0 ? one : outside));
  const oldLabel = new Int32Array(old.facts.label.length).fill(outside);
  for (const [entity, at] of entityAt.entries()) if (at >= 0) oldLabel[at] = label[entity];

  const queries = (triples: Triples, filter: readonly Triples[], rest: Omit<RankingOptions, 'directions'>) =>
    rankingQueries(triples, filter, { directions: evaluation.directions, ...rest });
  const filter = knownFacts(facts.split, 'tv');
  const newRanks = await ranksBy(
    newer,
    'model',
    {
      common: queries(asked, filter, { relations: relations.length, label }),
      whole: validQueries(facts, names, evaluation),
    },
    options,
  );
  const oldQueries = queries(pickTriples(onOld, rows), filter.map(translated).map(knownOf), {
    relations: old.relations.length,
    label: oldLabel,
  });
  const oldRanks = await ranksBy(older, 'model', { common: oldQueries }, options);
  return {
    facts: asked.head.length,
    newer: metricsOf(newRanks.common),
    older: metricsOf(oldRanks.common),
    whole: metricsOf(newRanks.whole),
  };
}

/** Each name's place among others, -1 where it is none of them. */
function positionsOf(names: readonly string[], others: readonly string[]): Int32Array {
  const at = new Map(others.map((name, i) => [name, i]));
  return Int32Array.from(names, (name) => at.get(name) ?? -1);
}
