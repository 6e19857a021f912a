import fc from 'fast-check';
import { compareKeys, entityKey } from '../../src/kg/keys.js';
import type { Dataset } from '../../src/kg/types.js';
import { columns, distinct, type Fact, someFacts } from './_facts.js';
import { alignments, type Link, someLinks } from './_links.js';

/** What a dataset is made of, plainly. */
export interface Parts {
  readonly sizes: readonly number[];
  readonly relations: readonly string[];
  readonly known: readonly Fact[][];
  readonly links: readonly Link[];
}

const LABELS = ['B', 'A'];

/** Entity e of a source has the label B or A by turns; its key holds its number. */
function entitiesOf(size: number) {
  const keys = Array.from({ length: size }, (_, e) => entityKey(LABELS[e % 2], [e])).sort(compareKeys);
  return {
    keys,
    labels: LABELS,
    label: Int32Array.from(keys, (key) => LABELS.findIndex((label) => key.startsWith(`["${label}"`))),
  };
}

export const datasetOf = ({ sizes, relations, known, links }: Parts): Dataset => ({
  sources: sizes.map((size, s) => ({
    name: `s${s}`,
    entities: entitiesOf(size),
    triples: columns(distinct(known[s])),
  })),
  relations,
  alignments: alignments(links),
});

/** Up to three sources of up to four entities, so that links and facts meet. */
export const someParts: fc.Arbitrary<Parts> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes),
      relations: fc.constant(['p', 'q', 'r']),
      known: fc.tuple(...sizes.map((size) => someFacts(size, 3))),
      links: someLinks(sizes),
    }),
  );
