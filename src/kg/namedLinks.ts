import { concatLinks, linkCodes, linkColumns, pickLinks } from './links.js';
import type { Alignments } from './types.js';

/** One end of a link, as it is known beyond one reading of the graph. */
export interface NamedEnd {
  readonly source: string;
  /** Canonical key. */
  readonly key: string;
}

/** A link by the keys of its ends. */
export interface NamedLink {
  readonly left: NamedEnd;
  readonly right: NamedEnd;
  /** In (0, 1]. */
  readonly confidence: number;
}

/** What names the ends of links: sources with their keys. */
type Named = readonly {
  readonly name: string;
  readonly entities: { readonly keys: readonly string[] };
}[];

/**
 * Links of a dataset by name, so that they outlive its numbers.
 *
 * @example
 * nameLinks(dataset.sources, dataset.alignments)[0].left; // { source: 'movies', key: '["Movie","m1"]' }
 */
export function nameLinks(sources: Named, links: Alignments): NamedLink[] {
  const end = (source: number, entity: number): NamedEnd => ({
    source: sources[source].name,
    key: sources[source].entities.keys[entity],
  });
  return Array.from(links.left, (left, i) => ({
    left: end(links.leftSource[i], left),
    right: end(links.rightSource[i], links.right[i]),
    confidence: links.confidence[i],
  }));
}

/** Named links as columns, without those of which an end is not there. */
export function resolveLinks(sources: Named, named: readonly NamedLink[]): Alignments {
  const wanted = new Set(named.flatMap(({ left, right }) => [left.source, right.source]));
  const at = new Map(
    sources.flatMap(({ name, entities }, s) =>
      wanted.has(name) ? [[name, { s, entity: new Map(entities.keys.map((key, i) => [key, i])) }]] : [],
    ),
  );
  const rows: [number, number, number, number, number][] = [];
  for (const { left, right, confidence } of named) {
    const [a, b] = [at.get(left.source), at.get(right.source)];
    const [from, to] = [a?.entity.get(left.key), b?.entity.get(right.key)];
    if (a && b && from !== undefined && to !== undefined) rows.push([a.s, from, b.s, to, confidence]);
  }
  return linkColumns(rows);
}

/**
 * The dataset with further links after its own; those whose ends are linked already, in either direction, or not there
 * are left out.
 */
export function withLinks<D extends { readonly sources: Named; readonly alignments: Alignments }>(
  dataset: D,
  named: readonly NamedLink[],
): D {
  if (named.length === 0) return dataset;
  const known = new Set(linkCodes(dataset.alignments));
  const more = resolveLinks(dataset.sources, named);
  const codes = linkCodes(more);
  const fresh = [...codes.keys()].filter((i) => !known.has(codes[i]) && known.add(codes[i]));
  return { ...dataset, alignments: concatLinks([dataset.alignments, pickLinks(more, fresh)]) };
}

/** Links parted into those that are among the named ones, in either direction, and the rest. */
export function partLinks(
  { sources, alignments }: { readonly sources: Named; readonly alignments: Alignments },
  named: readonly NamedLink[],
): { among: Alignments; rest: Alignments } {
  const wanted = new Set(linkCodes(resolveLinks(sources, named)));
  const codes = linkCodes(alignments);
  const pick = (are: boolean) =>
    pickLinks(
      alignments,
      [...codes.keys()].filter((i) => wanted.has(codes[i]) === are),
    );
  return { among: pick(true), rest: pick(false) };
}

/**
 * Which sources links reach from an entity, through any number of others.
 *
 * @example
 * const reach = reachOf(links);
 * reach({ source: 'movies', key: '["Movie","m1"]' }).has('imdb');
 */
export function reachOf(links: readonly NamedLink[]): (end: NamedEnd) => ReadonlySet<string> {
  const group = new Map<string, Set<string>>();
  const members = new Map<Set<string>, string[]>();
  const nameOf = ({ source, key }: NamedEnd) => JSON.stringify([source, key]);
  const of = (end: NamedEnd): Set<string> => {
    const name = nameOf(end);
    const known = group.get(name);
    if (known) return known;
    const alone = new Set([end.source]);
    group.set(name, alone);
    members.set(alone, [name]);
    return alone;
  };
  for (const { left, right } of links) {
    const [a, b] = [of(left), of(right)];
    if (a === b) continue;
    const more = members.get(b) as string[];
    for (const name of more) group.set(name, a);
    for (const source of b) a.add(source);
    members.get(a)?.push(...more);
    members.delete(b);
  }
  const nothing = new Set<string>();
  return (end) => group.get(nameOf(end)) ?? nothing;
}
