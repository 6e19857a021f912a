import type { FeedLayout } from '../kg/batchSource.js';
import { concatTriples, tripleSet } from '../kg/triples.js';
import type { PreparedStudent, RetrainInput } from './retrain.js';

/**
 * How a student's rows lie over the sources, for a feed.
 *
 * @example
 * const layout = feedLayout(input, prepareStudent(input));
 */
export function feedLayout(
  { dataset, settings, target, split }: Pick<RetrainInput, 'dataset' | 'settings' | 'target' | 'split'>,
  { facts, trained, rows, entities, rowOf }: PreparedStudent,
): FeedLayout {
  const known = facts.split.train.head.length + trained.head.length;
  // Each fact is asked in two directions, and about half of these questions share a row with another one.
  const perRow = Math.max(1, known / rows);
  const heldOut = tripleSet(concatTriples([split.valid, split.test]), entities, dataset.relations.length);
  const used = new Set(split.train.relation);
  const leftOut =
    settings.backgroundRelations === 'target'
      ? { has: (_head: number, relation: number) => !used.has(relation) }
      : undefined;
  return {
    rows,
    entities,
    relations: dataset.relations,
    anchors: Math.max(1, Math.round(settings.batch / perRow)),
    seed: settings.seed,
    sources: dataset.sources.flatMap(({ name }, s): FeedLayout['sources'][number][] =>
      name === target
        ? [{ name, rowOf: rowOf[s], weight: 1, heldOut }]
        : settings.background > 0
          ? [{ name, rowOf: rowOf[s], weight: settings.background, heldOut: leftOut }]
          : [],
    ),
  };
}
