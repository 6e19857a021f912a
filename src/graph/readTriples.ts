import type { SourceConfig } from '../config.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import type { ReadEntities } from './readEntities.js';
import { checkedName, requireName, type Schema } from './schema.js';

/** Relationships as columns of dense entities, by shared relation name; before relations are numbered. */
export interface NamedTriples {
  readonly relation: string;
  readonly head: Int32Array;
  readonly tail: Int32Array;
}

/** Relationships that leave a source: into another source or to nodes of none; `to` is null there. */
export interface CrossRelationships {
  readonly from: string;
  readonly to: string | null;
  readonly type: string;
  readonly count: number;
}

/** Which relationship types of a source are facts. */
export interface TypeFilter {
  readonly exclude: readonly string[];
  readonly include: readonly string[] | null;
}

/** A source's types apart from alignments and what kgmentor itself writes. */
export function typeFilter(
  source: SourceConfig,
  alignmentTypes: readonly string[],
  schema: Schema,
): TypeFilter {
  const own = schema.types.filter((type) => type.startsWith('KG_'));
  return {
    exclude: [...new Set([...(source.relations?.exclude ?? []), ...alignmentTypes, ...own])],
    include: source.relations?.include ?? null,
  };
}

/** Checks that the types a source's config names exist. */
export function checkTypes(schema: Schema, source: SourceConfig): void {
  const { include = [], map = {} } = source.relations ?? {};
  for (const type of [...include, ...Object.keys(map)]) requireName(schema, 'relationship type', type);
}

/** The shared name of a source's type. */
export function relationName(source: SourceConfig): (type: string) => string {
  const names = new Map(Object.entries(source.relations?.map ?? {}));
  return (type) => names.get(type) ?? type;
}

/** Gathers columns by type and turns internal ids into dense ones. */
export class TripleColumns {
  readonly #heads = new Map<string, number[][]>();
  readonly #tails = new Map<string, number[][]>();

  add(types: readonly string[], heads: readonly number[][], tails: readonly number[][]): void {
    for (const [i, type] of types.entries()) {
      if (heads[i].length !== tails[i].length) throw new Error('columns of unequal length');
      let head = this.#heads.get(type);
      let tail = this.#tails.get(type);
      if (!head || !tail) {
        head = [];
        tail = [];
        this.#heads.set(type, head);
        this.#tails.set(type, tail);
      }
      head.push(heads[i]);
      tail.push(tails[i]);
    }
  }

  /** Dense triples by relation; ends outside the source are handed to `outside`. */
  resolve(
    at: ReadonlyMap<number, number>,
    nameOf: (type: string) => string,
    outside: (type: string, id: number) => void,
  ): NamedTriples[] {
    const out: NamedTriples[] = [];
    for (const type of [...this.#heads.keys()].sort()) {
      const heads = this.#heads.get(type) as number[][];
      const tails = this.#tails.get(type) as number[][];
      const head: number[] = [];
      const tail: number[] = [];
      for (const [part, ids] of heads.entries())
        for (const [i, id] of ids.entries()) {
          const h = at.get(id);
          const t = at.get(tails[part][i]);
          if (h === undefined) outside(type, id);
          else if (t === undefined) outside(type, tails[part][i]);
          else {
            head.push(h);
            tail.push(t);
          }
        }
      if (head.length > 0)
        out.push({ relation: nameOf(type), head: Int32Array.from(head), tail: Int32Array.from(tail) });
    }
    return out;
  }
}

/**
 * All relationships between the nodes of a source, read in windows of 5,000 heads, and those that leave it, counted
 * by type.
 */
export async function readTriples(
  graph: Graph,
  schema: Schema,
  input: { name: string; source: SourceConfig; entities: ReadEntities; alignmentTypes: readonly string[] },
  ownerOf: (id: number) => string | null,
): Promise<{ triples: NamedTriples[]; cross: CrossRelationships[] }> {
  const { name, source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const columns = new TripleColumns();
  const labels = source.nodes.map((node) => node.label);
  for (const [i, label] of labels.entries()) {
    const text = withNames(cypher('read-triples'), { LABEL: checkedName(schema, 'label', label) });
    const part = await graph.read(
      async (tx) => {
        const gathered: [string[], number[][], number[][]][] = [];
        for await (const record of tx.run(text, { ...filter, earlier: labels.slice(0, i) }))
          gathered.push([record.get('types'), record.get('heads'), record.get('tails')]);
        return gathered;
      },
      { fetchSize: 10 },
    );
    for (const [types, heads, tails] of part) columns.add(types, heads, tails);
  }
  const counts = new Map<string, number>();
  const triples = columns.resolve(entities.at, relationName(source), (type, id) => {
    const key = JSON.stringify([type, ownerOf(id)]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const cross = [...counts].sort().map(([key, count]) => {
    const [type, to] = JSON.parse(key) as [string, string | null];
    return { from: name, to, type, count };
  });
  return { triples, cross };
}
