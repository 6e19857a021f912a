import { compareKeys, entityKey } from '../../src/kg/keys.js';
import { seededRandom, shuffled } from '../../src/kg/random.js';
import { pickTriples } from '../../src/kg/triples.js';
import type { Alignments, Dataset, SourceGraph, Split, Triples } from '../../src/kg/types.js';
import { heldOut } from '../../src/train/heldOut.js';
import { alignments, type Link, linksOf } from '../kg/_links.js';

/** Three graphs that tell parts of one story about numbered concepts; `here` is the target. */
export const NAMES = ['here', 'there', 'third'] as const;
const HERE = 0;
export const HELD_OUT = { valid: 0.1, test: 0.2, links: 0, key: 'a test' };

/** A concept's say: head, relation, tail. */
export type Said = readonly [head: number, relation: string, tail: number];

export interface World {
  readonly dataset: Dataset;
  /** The other two alone, as a teacher reads them that never sees the target. */
  readonly supporters: Dataset;
  /** Of `here`. */
  readonly split: Split;
  /** For each source: entity → concept. */
  readonly conceptOf: readonly (readonly number[])[];
  /** For each source: what it says of concepts. */
  readonly said: readonly (readonly Said[])[];
}

const HUBS = 6;
const LABELS = ['Thing', 'Hub'];

/** All that could be said, with the sources that do: `alone` is a relation of the target, `kept` one of the others. */
function story(size: number): { fact: Said; sources: readonly number[] }[] {
  const facts: { fact: Said; sources: readonly number[] }[] = [];
  for (let c = HUBS; c < size; c++) {
    facts.push({ fact: [c, 'in', c % HUBS], sources: [0, 1, 2] });
    facts.push({ fact: [c, 'likes', HUBS + ((c + 1) % HUBS)], sources: [0, 1, 2] });
    if (c + HUBS < size) facts.push({ fact: [c, 'next', c + HUBS], sources: [0, 1, 2] });
    facts.push({ fact: [c, 'alone', (c + 1) % HUBS], sources: [0] });
    facts.push({ fact: [c, 'kept', HUBS + ((c + 2) % HUBS)], sources: [1, 2] });
  }
  return facts;
}

const holds = [(c: number) => c % 5 !== 4, (c: number) => c % 7 !== 3, (c: number) => c % 3 !== 2 || c < 12];
const SHARE = [0.7, 0.8, 0.8];

function sourceOf(s: number, size: number, said: readonly Said[], relations: readonly string[]) {
  const concepts = [...Array(size).keys()].filter(holds[s]);
  // The order of keys is another one in each source.
  const key = (c: number) => entityKey(c < HUBS ? 'Hub' : 'Thing', [(c * [37, 53, 71][s]) % 997]);
  const conceptOf = concepts.sort((a, b) => compareKeys(key(a), key(b)));
  const at = new Map(conceptOf.map((c, entity) => [c, entity]));
  const entity = (c: number) => at.get(c) as number;
  const source: SourceGraph = {
    name: NAMES[s],
    entities: {
      keys: conceptOf.map(key),
      labels: LABELS,
      label: Int32Array.from(conceptOf, (c) => (c < HUBS ? 1 : 0)),
    },
    triples: {
      head: Int32Array.from(said, ([h]) => entity(h)),
      relation: Int32Array.from(said, ([, r]) => relations.indexOf(r)),
      tail: Int32Array.from(said, ([, , t]) => entity(t)),
    },
  };
  return { source, conceptOf, entity };
}

/** Which pairs of sources link a concept, and how surely. */
export function linked(s: number, t: number, c: number): number {
  if (!holds[s](c) || !holds[t](c)) return 0;
  if (s + t === 1) return c % 7 === 0 ? 0 : 1;
  if (s + t === 3) return c % 6 === 1 ? 0 : c % 4 === 0 ? 0.5 : 0.9;
  return c % 7 === 0 || c % 11 === 0 ? 1 : 0;
}

/** The sources that links join to a source at a concept, itself included, smallest first. */
export function joined(s: number, c: number, threshold = 0, among: readonly number[] = [0, 1, 2]): number[] {
  const found = [s];
  for (const at of found)
    for (const t of among)
      if (!found.includes(t) && linked(Math.min(at, t), Math.max(at, t), c) > Math.max(0, threshold - 1e-6))
        found.push(t);
  return found.sort();
}

/** A link between two concepts that the surer links gainsay. */
const WRONG: readonly [number, number] = [8, 16];

/**
 * @param options.size concepts
 * @param options.shuffle seed of the order of facts and links; one order where absent
 */
export function makeWorld({ size = 60, shuffle }: { size?: number; shuffle?: number } = {}): World {
  const random = seededRandom(5);
  const said: Said[][] = NAMES.map(() => []);
  for (const { fact, sources } of story(size))
    for (const s of sources)
      if (holds[s](fact[0]) && holds[s](fact[2]) && random() < SHARE[s]) said[s].push(fact);
  const relationsOf = (all: readonly (readonly Said[])[]) =>
    [...new Set(all.flat().map(([, r]) => r))].sort(compareKeys);
  const relations = relationsOf(said);
  const made = said.map((mine, s) => sourceOf(s, size, mine, relations));
  const links: Link[] = [];
  const link = (s: number, a: number, t: number, b: number, confidence: number) =>
    links.push({
      leftSource: s,
      left: made[s].entity(a),
      rightSource: t,
      right: made[t].entity(b),
      confidence,
    });
  for (let c = 0; c < size; c++)
    for (const [s, t] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ]) {
      const confidence = linked(s, t, c);
      if (confidence > 0) link(s, c, t, c, confidence);
    }
  link(0, WRONG[0], 1, WRONG[1], 0.25);
  const order = (columns: Triples, seed: number) =>
    shuffle === undefined ? columns : pickTriples(columns, shuffled(columns.head.length, shuffle, seed));
  const dataset: Dataset = {
    sources: made.map(({ source }, s) => ({ ...source, triples: order(source.triples, s) })),
    relations,
    alignments: shuffle === undefined ? alignments(links) : mixed(links, shuffle),
  };
  const fewer = relationsOf(said.slice(1));
  return {
    dataset,
    supporters: {
      sources: dataset.sources.slice(1).map((source) => ({
        ...source,
        triples: {
          ...source.triples,
          relation: source.triples.relation.map((id) => fewer.indexOf(relations[id])),
        },
      })),
      relations: fewer,
      alignments: alignments(
        linksOf(dataset.alignments)
          .filter(({ leftSource, rightSource }) => leftSource !== HERE && rightSource !== HERE)
          .map((one) => ({ ...one, leftSource: one.leftSource - 1, rightSource: one.rightSource - 1 })),
      ),
    },
    split: heldOut(dataset, HELD_OUT).here,
    conceptOf: made.map(({ conceptOf }) => conceptOf),
    said,
  };
}

/** The same links in another order, some the other way round. */
function mixed(links: readonly Link[], seed: number): Alignments {
  const order = Array.from(shuffled(links.length, seed, 9), (i) => links[i]);
  return alignments(
    order.map((one, i) =>
      i % 2 === 0
        ? one
        : {
            ...one,
            leftSource: one.rightSource,
            left: one.right,
            rightSource: one.leftSource,
            right: one.left,
          },
    ),
  );
}
