import type { Triples } from '../../src/kg/types.js';
import { type Dbp5l, type Dbp5lGraph, LANGUAGES } from '../dbp5l/data.js';

/** Training triples of one DBP-5L. */
export const triplesOf = ({ graphs }: Dbp5l): number =>
  LANGUAGES.reduce((sum, language) => sum + graphs[language].train.head.length, 0);

/** The benchmark's graph several times side by side, under the same labels, each copy with ids and links of its own. */
export function copiesOf(data: Dbp5l, copies: number): Dbp5l {
  const each = Array.from({ length: copies }, (_, copy) => copy);
  const graphs = Object.fromEntries(
    LANGUAGES.map((language) => {
      const graph = data.graphs[language];
      const { length } = graph.uris;
      const train: Triples = {
        head: Int32Array.from(
          each.flatMap((copy) => Array.from(graph.train.head, (id) => id + copy * length)),
        ),
        relation: Int32Array.from(each.flatMap(() => Array.from(graph.train.relation))),
        tail: Int32Array.from(
          each.flatMap((copy) => Array.from(graph.train.tail, (id) => id + copy * length)),
        ),
      };
      return [language, { ...graph, uris: each.flatMap(() => graph.uris), train } satisfies Dbp5lGraph];
    }),
  ) as unknown as Dbp5l['graphs'];
  const links = data.links.map(({ left, right, pairs }) => {
    const [l, r] = [data.graphs[left].uris.length, data.graphs[right].uris.length];
    const moved = (copy: number) => pairs.map(([a, b]): [number, number] => [a + copy * l, b + copy * r]);
    return { left, right, pairs: each.flatMap(moved) };
  });
  return { ...data, graphs, links };
}
