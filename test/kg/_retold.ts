import { seededRandom } from '../../src/kg/random.js';
import type { Dataset } from '../../src/kg/types.js';
import { datasetOf } from './_dataset.js';
import type { Fact } from './_facts.js';
import { alignments } from './_links.js';

/** Three sources that tell random parts of one random graph; entity e of each is the same thing. */
export function retold(size: number, share: number): Dataset {
  const random = seededRandom(11);
  const world: Fact[] = Array.from({ length: 8 * size }, () => [
    Math.floor(random() * size),
    Math.floor(random() * 3),
    Math.floor(random() * size),
  ]);
  const sizes = [size, size, size];
  const dataset = datasetOf({
    sizes,
    relations: ['p', 'q', 'r'],
    known: sizes.map(() => world.filter(() => random() < share)),
    links: [],
  });
  const links = [
    [0, 1],
    [1, 2],
    [0, 2],
  ].flatMap(([leftSource, rightSource]) =>
    Array.from({ length: size }, (_, e) => ({ leftSource, left: e, rightSource, right: e, confidence: 1 })),
  );
  return { ...dataset, alignments: alignments(links) };
}
