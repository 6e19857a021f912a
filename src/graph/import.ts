import type { FileRow } from '../kg/fileRows.js';
import type { LeftOut } from '../kg/rdfRows.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { type Chunk, type ChunkWork, importChunks } from './importChunks.js';
import { checkedProperties } from './importColumns.js';
import { type EntityRows, entityHeader, takeEntities } from './importEntities.js';
import { openSource, type RowSource, type RowsFrom } from './importSource.js';
import { type NodeKey, type TripleRows, takeTriples } from './importTriples.js';
import {
  countDangling,
  countsOf,
  type ImportOptions,
  refuseDangling,
  windows,
  writeNodes,
  writeRelationships,
} from './importWrite.js';
import { ensureKeyConstraint, nodeNames, tripleNames } from './keyConstraint.js';
import { KeySet } from './keySet.js';
import { checkedType } from './names.js';

export type { ImportOptions, ImportProgress } from './importWrite.js';

export interface ImportResult {
  readonly nodesCreated: number;
  readonly relationshipsCreated: number;
  /** Rows whose node or relationship was there already, with the same properties. */
  readonly unchanged: number;
  /** Existing nodes or relationships that got a new property value. */
  readonly changed: number;
  /** Rows of the file, and how many of them repeat another one. */
  readonly lines: number;
  readonly duplicates: number;
  /** Links that were left out because an end has no node: with `skipMissing` only. */
  readonly missing: number;
  /** Rows that an earlier import of the file had written before it was stopped; they are in no other count but `lines`. */
  readonly resumedAfter: number;
  /** Statements of an RDF file that are no rows. */
  readonly leftOut?: LeftOut;
  /** Uniqueness constraints that this import put on the user's own label and key. */
  readonly constraintsCreated: readonly string[];
  readonly seconds: number;
}

export interface ImportTriples extends TripleRows {
  /** Name of the source, for messages. */
  readonly source: string;
}

export interface ImportEntities extends EntityRows {
  readonly source: string;
}

export interface ImportAlignments extends RowsFrom {
  readonly left: NodeKey;
  readonly right: NodeKey;
  /** Type of the linking relationship; SAME_AS where absent. */
  readonly relationship?: string;
  /** Property of the confidence; `confidence` where absent. */
  readonly confidence?: string;
  /** Leaves links out of which an end has no node, and counts them, where the import would be refused otherwise. */
  readonly skipMissing?: boolean;
}

/**
 * Imports triples (head, relation, tail, then properties) from a TSV, CSV, N-Triples or Turtle file or from rows. All
 * rows are checked before the first is written, and no more than a chunk of them is held in memory; an import of a
 * file that was killed goes on when the same is imported again. Nodes are found by their key, under a uniqueness
 * constraint that is made where it is missing; the relation becomes the relationship's type. A second import of the same
 * rows changes nothing.
 *
 * @throws KgmentorError BAD_DATA with file and line of a malformed row; USAGE for a label or key that cannot be one.
 * @example
 * await importTriples(graph, { source: 'el', nodes: { label: 'El', key: 'id' }, file: 'el-train.tsv' });
 * // { nodesCreated: 5231, relationshipsCreated: 13839, unchanged: 0, … }
 */
export async function importTriples(
  graph: Graph,
  input: ImportTriples,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { nodes, tails = nodes, source: _, rows: __, file, ...way } = input;
  const names = tripleNames(nodes, tails); // refuses bad names before anything is read
  checkedProperties(input.properties ?? []);
  const total = newTotal();
  const source = await openSource(input, 'facts');
  return run(graph, source, total, options, {
    stage: 'relationships',
    file,
    what: 'triple',
    way: ['triples', names, nodes, tails, way],
    begin: (rows) => skipHeader(source, rows),
    take: (rows, most) => takeTriples(input, rows, most),
    async prepare() {
      total.constraintsCreated.push(...(await ensureKeyConstraint(graph, nodes)));
      if (!sameNodes(nodes, tails))
        total.constraintsCreated.push(...(await ensureKeyConstraint(graph, tails)));
    },
    async write(chunk, writing) {
      total.nodesCreated += await writeNodes(graph, nodes, chunk.heads.values, writing);
      if (chunk.tails !== chunk.heads)
        total.nodesCreated += await writeNodes(graph, tails, chunk.tails.values, writing);
      const written = await writeRelationships(graph, nodes, tails, chunk, writing);
      total.relationshipsCreated += written.relationshipsCreated;
      total.changed += written.changed;
    },
  });
}

/**
 * Imports nodes with properties: a key column, then property columns. Empty cells leave a property as it is.
 *
 * @throws KgmentorError BAD_DATA with file and line of a malformed row or a key that stands twice.
 * @example
 * await importEntities(graph, { source: 'movies', nodes: { label: 'Movie', key: 'id' }, file: 'movies.csv', header: true });
 */
export async function importEntities(
  graph: Graph,
  input: ImportEntities,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { nodes, source: _, rows: __, file, ...way } = input;
  const text = withNames(cypher('write-node-properties'), nodeNames(nodes));
  if (input.properties) checkedProperties(input.properties, nodes.key);
  const total = newTotal();
  let columns: readonly string[] = [];
  let checked: KeySet | undefined = new KeySet();
  return run(graph, await openSource(input), total, options, {
    stage: 'nodes',
    file,
    what: 'entity',
    way: ['entities', nodes, way],
    async begin(rows) {
      columns = await entityHeader(input, rows);
    },
    take: (rows, most) => takeEntities(input, columns, rows, most, checked),
    async prepare() {
      checked = undefined; // all were checked by now
      total.constraintsCreated.push(...(await ensureKeyConstraint(graph, nodes)));
    },
    async write({ keys, properties }, writing) {
      await windows('nodes', keys.length, writing, async (from, to) => {
        const parameters = { keys: keys.slice(from, to), properties: properties.slice(from, to) };
        const answer = await graph.write(async (tx) => countsOf(await tx.run(text, parameters)));
        total.nodesCreated += answer.nodesCreated;
        total.changed += Number(answer.changed);
      });
    },
  });
}

/**
 * Imports links between two sources: the key of a left node, the key of a right node, and a confidence in (0, 1]
 * if the file has one; of RDF, what `owl:sameAs` joins. Both ends must exist, or `skipMissing` be given.
 *
 * @throws KgmentorError BAD_DATA where an id has no node: how many and the first three, with their lines; nothing
 *   is written then.
 * @example
 * await importAlignments(graph, { left: { label: 'El', key: 'id' }, right: { label: 'En', key: 'id' }, file: 'el-en.tsv' });
 */
export async function importAlignments(
  graph: Graph,
  input: ImportAlignments,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { left, right, relationship = 'SAME_AS', confidence = 'confidence', skipMissing, ...from } = input;
  tripleNames(left, right); // refuses bad names before anything is read
  checkedProperties([confidence]);
  checkedType(relationship);
  const total = newTotal();
  const source = await openSource(from, 'links');
  const { rows: _, file, ...way } = from;
  return run(graph, source, total, options, {
    stage: 'relationships',
    file,
    what: 'link',
    way: ['links', left, right, relationship, confidence, way],
    begin: (rows) => skipHeader(source, rows),
    take: (rows, most) =>
      takeTriples({ ...from, nodes: left, tails: right, relation: relationship }, rows, most),
    async check(chunk) {
      if (skipMissing) total.missing += await countDangling(graph, left, right, chunk);
      else {
        const mayNameColumns = !source.header && !source.leftOut;
        await refuseDangling(graph, left, chunk.heads, mayNameColumns);
        if (chunk.tails !== chunk.heads) await refuseDangling(graph, right, chunk.tails, mayNameColumns);
      }
    },
    async prepare() {
      total.missing = 0; // counted again as they are written
    },
    async write(chunk, writing) {
      const properties = chunk.properties?.map((p) =>
        'confidence' in p ? { [confidence]: p.confidence } : p,
      );
      const columns = { ...chunk, properties };
      const written = await writeRelationships(graph, left, right, columns, { ...writing, skipMissing });
      total.missing += written.missing;
      total.relationshipsCreated += written.relationshipsCreated;
      total.changed += written.changed;
    },
  });
}

const newTotal = () => ({
  nodesCreated: 0,
  relationshipsCreated: 0,
  changed: 0,
  missing: 0,
  constraintsCreated: [] as string[],
});

const sameNodes = (a: NodeKey, b: NodeKey): boolean => a.label === b.label && a.key === b.key;

async function skipHeader(source: RowSource, rows: AsyncIterator<FileRow>): Promise<void> {
  if (source.header) await rows.next();
}

async function run<C extends Chunk>(
  graph: Graph,
  source: RowSource,
  total: ReturnType<typeof newTotal>,
  options: ImportOptions,
  work: ChunkWork<C>,
): Promise<ImportResult> {
  const start = performance.now();
  const { lines, resumedAfter, duplicates } = await importChunks(graph, source, work, options);
  const created = work.stage === 'nodes' ? total.nodesCreated : total.relationshipsCreated;
  return {
    ...total,
    unchanged: lines - resumedAfter - duplicates - created - total.changed - total.missing,
    lines,
    duplicates,
    resumedAfter,
    ...(source.leftOut && { leftOut: source.leftOut }),
    seconds: (performance.now() - start) / 1000,
  };
}
