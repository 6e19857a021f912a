import type { AlignmentConfig, Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import { parseEntityKey } from '../kg/keys.js';
import type { Alignments } from '../kg/types.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { readFileRows } from './fileRows.js';
import type { ReadEntities } from './readEntities.js';
import { checkedName, type Schema } from './schema.js';

/** A source as link readers need it. */
export interface LinkSource {
  readonly name: string;
  readonly graph: Graph;
  readonly schema: Schema;
  readonly read: ReadEntities;
}

/** What one alignment of the config gave. */
export interface LinkCounts {
  readonly alignment: string;
  readonly links: number;
  /** Links with an end in no source of the config, or within one source. */
  readonly outside: number;
}

/** Grows columns of links. */
class LinkColumns {
  readonly leftSource: number[] = [];
  readonly left: number[] = [];
  readonly rightSource: number[] = [];
  readonly right: number[] = [];
  readonly confidence: number[] = [];

  add(leftSource: number, left: number, rightSource: number, right: number, confidence: number): void {
    this.leftSource.push(leftSource);
    this.left.push(left);
    this.rightSource.push(rightSource);
    this.right.push(right);
    this.confidence.push(confidence);
  }
}

/**
 * All alignments of the config as columns: relationships with an optional confidence, equal properties, and files.
 * The order is canonical, and a link that is given twice keeps its highest confidence.
 *
 * @throws KgmentorError USAGE for unknown names; BAD_DATA for a confidence outside (0, 1] or a file's bad line
 */
export async function readLinks(
  sources: readonly LinkSource[],
  alignments: Config['alignments'],
): Promise<{ alignments: Alignments; counts: LinkCounts[] }> {
  const columns = new LinkColumns();
  const counts: LinkCounts[] = [];
  for (const alignment of alignments) {
    const before = columns.left.length;
    const outside =
      'relationship' in alignment
        ? await fromRelationships(sources, alignment, columns)
        : 'match' in alignment
          ? await fromProperties(sources, alignment, columns)
          : await fromFile(sources, alignment, columns);
    counts.push({ alignment: nameOf(alignment), links: columns.left.length - before, outside });
  }
  return { alignments: canonical(columns), counts };
}

function nameOf(alignment: AlignmentConfig): string {
  if ('relationship' in alignment) return `relationship ${alignment.relationship}`;
  if ('match' in alignment)
    return Object.entries(alignment.match)
      .map(([left, right]) => `${left} = ${right}`)
      .join(', ');
  return `file ${alignment.file}`;
}

const indexOf = (sources: readonly LinkSource[], name: string): number => {
  const i = sources.findIndex((source) => source.name === name);
  if (i < 0)
    throw new KgmentorError(
      'USAGE',
      `An alignment names the source ${JSON.stringify(name)}, which the configuration does not have.`,
      {
        next: `It has ${sources.map((source) => source.name).join(', ')}.`,
      },
    );
  return i;
};

async function fromRelationships(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { relationship: string }>,
  columns: LinkColumns,
): Promise<number> {
  const { relationship, confidence = null, between } = alignment;
  const only = between?.map((name) => indexOf(sources, name));
  let outside = 0;
  let known = false;
  for (const graph of new Set(sources.map((source) => source.graph))) {
    const here = sources.flatMap((source, i) => (source.graph === graph ? [{ ...source, i }] : []));
    if (!here[0].schema.types.includes(relationship)) continue;
    known = true;
    const text = withNames(cypher('read-links'), {
      TYPE: checkedName(here[0].schema, 'relationship type', relationship),
    });
    const parts = await graph.read(
      async (tx) => {
        const out: [number[], number[], unknown[]][] = [];
        for await (const record of tx.run(text, { confidence }))
          out.push([record.get('left'), record.get('right'), record.get('confidence')]);
        return out;
      },
      { fetchSize: 10 },
    );
    const find = (id: number): { source: number; entity: number } | undefined => {
      for (const { i, read } of here) {
        const entity = read.at.get(id);
        if (entity !== undefined) return { source: i, entity };
      }
      return undefined;
    };
    const wrong: unknown[] = [];
    for (const [left, right, confidences] of parts)
      for (let i = 0; i < left.length; i++) {
        const a = find(left[i]);
        const b = find(right[i]);
        const value = confidences[i] ?? 1;
        if (!a || !b || a.source === b.source) outside++;
        else if (only && !(only.includes(a.source) && only.includes(b.source))) continue;
        else if (!isConfidence(value)) wrong.push(value);
        else columns.add(a.source, a.entity, b.source, b.entity, value);
      }
    if (wrong.length > 0)
      throw new KgmentorError(
        'BAD_DATA',
        `${wrong.length} relationships ${relationship} have a ${confidence} outside (0, 1], such as ${wrong.slice(0, 3).map(String).join(', ')}.`,
        { next: 'Mend the values; a relationship without one counts as 1.' },
      );
  }
  if (!known) checkedName(sources[0].schema, 'relationship type', relationship);
  return outside;
}

const isConfidence = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= 1;

interface Place {
  readonly source: number;
  readonly label: string;
  readonly property: string;
}

/** "source.Label.property", where names may hold points themselves. */
function place(sources: readonly LinkSource[], text: string): Place {
  for (const [source, { name, read }] of sources.entries())
    for (const label of read.entities.labels)
      if (text.startsWith(`${name}.${label}.`))
        return { source, label, property: text.slice(name.length + label.length + 2) };
  throw new KgmentorError(
    'USAGE',
    `The alignment ${JSON.stringify(text)} names no source and label of the configuration.`,
    {
      next: 'Write it as "source.Label.property".',
    },
  );
}

async function valuesOf(sources: readonly LinkSource[], at: Place): Promise<Map<string, number[]>> {
  const { graph, schema, read } = sources[at.source];
  checkedName(schema, 'property', at.property);
  const text = withNames(cypher('read-property'), { LABEL: checkedName(schema, 'label', at.label) });
  return graph.read(
    async (tx) => {
      const found = new Map<string, number[]>();
      for await (const record of tx.run(text, { property: at.property })) {
        const values = record.get('values') as unknown[];
        for (const [i, id] of (record.get('ids') as number[]).entries()) {
          const entity = read.at.get(id);
          if (entity === undefined || values[i] === '' || typeof values[i] === 'object') continue;
          const key = JSON.stringify(values[i]);
          const others = found.get(key);
          if (others) others.push(entity);
          else found.set(key, [entity]);
        }
      }
      return found;
    },
    { fetchSize: 10 },
  );
}

/** Pairs of one value at most: a value that very many nodes share identifies nothing. */
const MOST_PAIRS = 1000;

async function fromProperties(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { match: Record<string, string> }>,
  columns: LinkColumns,
): Promise<number> {
  let outside = 0;
  for (const [leftName, rightName] of Object.entries(alignment.match)) {
    const left = place(sources, leftName);
    const right = place(sources, rightName);
    const values = await valuesOf(sources, left);
    const others = await valuesOf(sources, right);
    for (const [value, entities] of values) {
      const matches = others.get(value) ?? [];
      if (entities.length * matches.length > MOST_PAIRS) {
        outside += entities.length * matches.length;
        continue;
      }
      for (const a of entities)
        for (const b of matches) columns.add(left.source, a, right.source, b, alignment.confidence ?? 1);
    }
  }
  return outside;
}

/** Cell of a file → entity: the key's text, or a JSON list where the key is composite. */
function byText(source: LinkSource, label: string | undefined): Map<string, number> {
  const { entities } = source.read;
  if (label !== undefined && !entities.labels.includes(label))
    throw new KgmentorError(
      'USAGE',
      `The source ${source.name} has no label ${JSON.stringify(label)} in the configuration.`,
      {
        next: `It has ${entities.labels.join(', ')}.`,
      },
    );
  const wanted = entities.labels.indexOf(label ?? entities.labels[0]);
  const found = new Map<string, number>();
  for (const [i, key] of entities.keys.entries()) {
    if (entities.label[i] !== wanted) continue;
    const { values } = parseEntityKey(key);
    found.set(values.length === 1 ? String(values[0]) : JSON.stringify(values), i);
  }
  return found;
}

async function fromFile(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { file: string }>,
  columns: LinkColumns,
): Promise<number> {
  const [left, right] = alignment.between.map((name) => indexOf(sources, name));
  const leftAt = byText(sources[left], alignment.labels?.[0]);
  const rightAt = byText(sources[right], alignment.labels?.[1]);
  const dangling: string[] = [];
  for await (const { cells, where } of readFileRows(alignment.file)) {
    if (cells.length < 2 || cells.length > 3)
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: ${cells.length} columns, 2 or 3 expected (key, key, confidence).`,
        {
          next: 'Mend the line.',
        },
      );
    const value = cells.length === 3 ? Number(cells[2]) : 1;
    if (!isConfidence(value))
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: the confidence ${JSON.stringify(cells[2])} is not in (0, 1].`,
        {
          next: 'Mend the line.',
        },
      );
    const a = leftAt.get(cells[0]);
    const b = rightAt.get(cells[1]);
    if (a === undefined || b === undefined)
      dangling.push(`${where} (${a === undefined ? cells[0] : cells[1]})`);
    else columns.add(left, a, right, b, value);
  }
  if (dangling.length > 0)
    throw new KgmentorError(
      'BAD_DATA',
      `${dangling.length} links of ${alignment.file} name a key that its source does not have, such as ${dangling.slice(0, 3).join(', ')}.`,
      { next: 'Remove the lines, correct the keys, or import the missing nodes.' },
    );
  return 0;
}

/** Each pair once, the smaller source left, in the order of sources and entities. */
function canonical(links: LinkColumns): Alignments {
  const best = new Map<string, number[]>();
  for (let i = 0; i < links.left.length; i++) {
    const turn = links.leftSource[i] > links.rightSource[i];
    const row = turn
      ? [links.rightSource[i], links.right[i], links.leftSource[i], links.left[i]]
      : [links.leftSource[i], links.left[i], links.rightSource[i], links.right[i]];
    const key = row.join();
    const known = best.get(key);
    if (known) known[4] = Math.max(known[4], links.confidence[i]);
    else best.set(key, [...row, links.confidence[i]]);
  }
  const rows = [...best.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  const column = (c: number) => Int32Array.from(rows, (row) => row[c]);
  return {
    leftSource: column(0),
    left: column(1),
    rightSource: column(2),
    right: column(3),
    confidence: Float32Array.from(rows, (row) => row[4]),
  };
}
