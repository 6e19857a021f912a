import type { AlignmentConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { cypher, withNames } from './cypher.js';
import type { EntityIndex } from './entityIndex.js';
import { type EntityPlaces, placeIndex } from './entityPlaces.js';
import { indexOf, isConfidence, LinkColumns, type LinkSource } from './linkColumns.js';
import { checkedName, requireName } from './schema.js';

/** Links by relationships of a type; returns how many do not join two sources. */
export async function fromRelationships(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { relationship: string }>,
  places: EntityPlaces,
  columns: LinkColumns,
): Promise<number> {
  const { relationship, confidence = null, between } = alignment;
  const only = between?.map((name) => indexOf(sources, name));
  let outside = 0;
  let known = false;
  for (const graph of new Set(sources.map((source) => source.graph))) {
    const here = sources.flatMap((source, i) =>
      source.graph === graph ? [{ i, schema: source.schema, ids: source.read.ids }] : [],
    );
    if (!here[0].schema.types.includes(relationship)) continue;
    known = true;
    if (confidence !== null) requireName(here[0].schema, 'property', confidence);
    const text = withNames(cypher('read-links'), {
      TYPE: checkedName(here[0].schema, 'relationship type', relationship),
    });
    const at = placeIndex(places, here);
    const found = await graph.read(
      async (tx) => {
        const links = new FoundLinks(places, at, only); // begun anew on each try
        for await (const record of tx.run(text, { confidence }))
          links.add(record.get('left'), record.get('right'), record.get('confidence'));
        return links;
      },
      { fetchSize: 10 },
    );
    outside += found.outside;
    if (found.wrong.length > 0)
      throw new KgmentorError(
        'BAD_DATA',
        `${found.wrong.length} relationships ${relationship} have a ${confidence} outside (0, 1], such as ${found.wrong
          .slice(0, 3)
          .map((value) => JSON.stringify(value))
          .join(', ')}.`,
        { next: 'Mend the values; a relationship without one counts as 1.' },
      );
    columns.appendAll(found.columns);
  }
  if (!known) checkedName(sources[0].schema, 'relationship type', relationship);
  return outside;
}

/** What one reading of links gives; internal ids become entities at once, so that no record is kept. */
class FoundLinks {
  readonly columns: LinkColumns;
  readonly wrong: unknown[] = [];
  outside = 0;
  readonly #source: Int32Array;
  readonly #at: EntityIndex;
  readonly #only: readonly number[] | undefined;

  constructor(places: EntityPlaces, at: EntityIndex, only: readonly number[] | undefined) {
    this.columns = new LinkColumns(places);
    this.#source = places.source;
    this.#at = at;
    this.#only = only;
  }

  /** @param confidences of each link, or none */
  add(left: readonly number[], right: readonly number[], confidences: readonly unknown[]): void {
    const [source, at, only] = [this.#source, this.#at, this.#only];
    const [from, to] = [new Int32Array(left.length), new Int32Array(left.length)];
    const confidence = new Float32Array(left.length).fill(1);
    let n = 0;
    for (let i = 0; i < left.length; i++) {
      const a = at.get(left[i]);
      const b = at.get(right[i]);
      if (a === undefined || b === undefined || source[a] === source[b]) {
        this.outside++;
        continue;
      }
      if (only && !(only.includes(source[a]) && only.includes(source[b]))) continue;
      if (confidences.length > 0) {
        const value = confidences[i] ?? 1;
        if (!isConfidence(value)) {
          this.wrong.push(value);
          continue;
        }
        confidence[n] = value;
      }
      from[n] = a;
      to[n++] = b;
    }
    this.columns.append(from.subarray(0, n), to.subarray(0, n), confidence.subarray(0, n));
  }
}
