import { type Dbp5l, type Language, readDbp5l } from '../../bench/dbp5l/data.js';
import { linkClasses } from '../../src/kg/classes.js';
import { linkedSubgraph, type MappedSubgraph } from '../../src/kg/subgraph.js';
import { alignments } from '../kg/_links.js';

/** In the order of the protocol. */
export const ORDER: readonly Language[] = ['el', 'ja', 'es', 'fr', 'en'];

export interface Linked {
  readonly data: Dbp5l;
  readonly conflicts: number;
  /** What the training triples of the other four say about the target's entities, by all links. */
  readonly around: Readonly<Record<Language, MappedSubgraph>>;
  /** For each of ORDER: entity → class. */
  readonly classOf: readonly Int32Array[];
}

export function linkedLanguages(folder: string): Linked {
  const data = readDbp5l(folder);
  const links = data.links.flatMap(({ left, right, pairs }) =>
    pairs.map(([a, b]) => ({
      leftSource: ORDER.indexOf(left),
      left: a,
      rightSource: ORDER.indexOf(right),
      right: b,
      confidence: 1,
    })),
  );
  const sizes = ORDER.map((language) => data.graphs[language].uris.length);
  const { classOf, count, conflicts } = linkClasses(sizes, alignments(links));
  const sources = ORDER.map((name, s) => ({
    name,
    triples: data.graphs[name].train,
    classOf: classOf[s],
  }));
  const around = Object.fromEntries(
    ORDER.map((name, s) => [
      name,
      linkedSubgraph({
        target: { name, entities: sizes[s], train: data.graphs[name].train },
        others: sources.filter((source) => source.name !== name),
        targetClassOf: classOf[s],
        classes: count,
        relations: data.relations.length,
        hops: 0,
      }),
    ]),
  ) as unknown as Record<Language, MappedSubgraph>;
  return { data, conflicts, around, classOf };
}

/**
 * The lookup of Greek, or any language's, test tails under `tv`, written down without the library's ranking. `file`
 * breaks ties by who stands first in the files, as a sketch with a stable sort does; `mean` is the protocol's mean rank,
 * equal votes by frequency.
 */
export function plainLookup({ data, classOf }: Linked, target: Language, ties: 'mean' | 'file'): number[] {
  const t = ORDER.indexOf(target);
  const { train, valid, test, uris } = data.graphs[target];
  const entityOf = new Map(Array.from(classOf[t], (id, entity) => [id, entity]));
  const votes = new Map<string, Map<number, number>>();
  const frequency = new Map<string, Map<number, number>>();
  const count = (table: typeof votes, key: string, answer: number) => {
    const counts = table.get(key) ?? new Map<number, number>();
    table.set(key, counts.set(answer, (counts.get(answer) ?? 0) + 1));
  };
  for (const [s, source] of ORDER.entries()) {
    if (s === t) continue;
    const said = new Set<string>();
    const { head, relation, tail } = data.graphs[source].train;
    for (const [i, r] of relation.entries()) {
      const h = entityOf.get(classOf[s][head[i]]);
      const answer = entityOf.get(classOf[s][tail[i]]);
      if (h === undefined || answer === undefined || said.has(`${h} ${r} ${answer}`)) continue;
      said.add(`${h} ${r} ${answer}`);
      count(votes, `${h} ${r}`, answer);
    }
  }
  for (const [i, r] of train.relation.entries()) count(frequency, `${r}`, train.tail[i]);
  const known = new Map<string, Set<number>>();
  for (const { head, relation, tail } of [train, valid])
    for (const [i, h] of head.entries()) {
      const key = `${h} ${relation[i]}`;
      known.set(key, (known.get(key) ?? new Set()).add(tail[i]));
    }

  return Array.from(test.tail, (answer, i) => {
    const query = `${test.head[i]} ${test.relation[i]}`;
    const isRanked = ([entity]: [number, number]) => entity === answer || !known.get(query)?.has(entity);
    const voted = [...(votes.get(query) ?? [])].filter(isRanked);
    const often = frequency.get(`${test.relation[i]}`) ?? new Map<number, number>();
    const others = [...often].filter((row) => isRanked(row) && !votes.get(query)?.has(row[0]));
    const isVoted = voted.some(([entity]) => entity === answer);
    const before = isVoted ? 0 : voted.length;
    const list = (isVoted ? voted : others).sort((a, b) => b[1] - a[1]);
    const at = list.findIndex(([entity]) => entity === answer);
    if (at < 0) {
      const filtered = [...(known.get(query) ?? [])].filter((entity) => entity !== answer).length;
      const listed = voted.length + others.length;
      return listed + (uris.length - filtered - listed + 1) / 2;
    }
    if (ties === 'file') return before + at + 1;
    const score = (row: [number, number]) => [row[1], often.get(row[0]) ?? 0];
    const mine = score(list[at]);
    const compare = (row: [number, number]) => score(row)[0] - mine[0] || score(row)[1] - mine[1];
    const equal = list.filter((row) => compare(row) === 0).length;
    return before + list.filter((row) => compare(row) > 0).length + (equal + 1) / 2;
  });
}
