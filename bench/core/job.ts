import type { FilterName } from '../../src/evaluate/filters.js';
import { knownFacts, rankingQueries } from '../../src/evaluate/filters.js';
import { concatTriples } from '../../src/kg/triples.js';
import type { Job } from '../../src/train/job.js';
import { trainingQueries } from '../../src/train/queries.js';
import type { Dbp5l, Language } from '../dbp5l/data.js';
import { type CaseName, settingsOf } from './cases.js';

/** The name of the job's one evaluation. */
export const HELD_OUT = 'heldOut';
const FILTER: FilterName = 'full';

/** A training on one language's own facts, and the ranking of its held-out ones in both directions. */
export function coreJob(
  data: Dbp5l,
  { encoder, target, seed }: { encoder: CaseName; target: Language; seed: number },
): Job {
  const { uris, train, valid, test } = data.graphs[target];
  const relations = data.relations.length;
  const facts = concatTriples([valid, test]);
  return {
    kind: 'teacher',
    settings: settingsOf(encoder, seed),
    rows: uris.length,
    entities: uris.length,
    relations,
    queries: trainingQueries([{ triples: train, weight: 1 }], uris.length, relations),
    evaluations: {
      [HELD_OUT]: rankingQueries(facts, knownFacts({ train, valid, test }, FILTER), {
        relations,
        directions: 'both',
      }),
    },
  };
}
