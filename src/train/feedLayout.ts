import type { FeedLayout } from '../kg/batchSource.js';
import { concatTriples, tripleSet } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
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
  const parts = settings.background > 0 ? [facts.split.train, trained] : [facts.split.train];
  const queries = distinctQueries(parts, dataset.relations.length);
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
    anchors: Math.max(1, Math.round((settings.batch * rows) / Math.max(1, queries))),
    seed: settings.seed,
    epochs: settings.epochs,
    sources: dataset.sources.flatMap(({ name }, s): FeedLayout['sources'][number][] =>
      name === target
        ? [{ name, rowOf: rowOf[s], weight: 1, heldOut }]
        : settings.background > 0
          ? [{ name, rowOf: rowOf[s], weight: settings.background, heldOut: leftOut }]
          : [],
    ),
  };
}

/** How many queries the facts answer, in both directions: rows of an epoch, whichever the feed. */
function distinctQueries(parts: readonly Triples[], relations: number): number {
  const total = parts.reduce((sum, { head }) => sum + head.length, 0);
  const asked = new Float64Array(2 * total);
  let n = 0;
  for (const { head, relation, tail } of parts)
    for (let i = 0; i < head.length; i++) {
      asked[n++] = head[i] * 2 * relations + relation[i];
      asked[n++] = (tail[i] * 2 + 1) * relations + relation[i];
    }
  asked.sort();
  let distinct = 0;
  for (let i = 0; i < asked.length; i++) if (i === 0 || asked[i] !== asked[i - 1]) distinct++;
  return distinct;
}
