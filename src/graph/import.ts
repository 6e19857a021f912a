import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { checkedProperties, type RowsFrom } from './importColumns.js';
import { type EntityRows, readEntityColumns } from './importEntities.js';
import { type NodeKey, readTripleColumns, type TripleRows } from './importTriples.js';
import {
  countsOf,
  type ImportOptions,
  refuseDangling,
  windows,
  writeNodes,
  writeRelationships,
} from './importWrite.js';
import { ensureKeyConstraint, nodeNames, tripleNames } from './keyConstraint.js';
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
}

/**
 * Imports triples (head, relation, tail, then properties) from a TSV or CSV file or from rows. All rows are checked
 * before the first is written. Nodes are found by their key, under a uniqueness constraint that is made where it
 * is missing; the relation becomes the relationship's type. A second import of the same rows changes nothing.
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
  const start = Date.now();
  const { nodes, tails = nodes } = input;
  tripleNames(nodes, tails); // refuses bad names before anything is read
  const columns = await readTripleColumns(input);
  if (options.dryRun) return result(columns, {}, start);
  const constraintsCreated = await ensureKeyConstraint(graph, nodes);
  let nodesCreated = await writeNodes(graph, nodes, columns.heads.values, options);
  if (columns.tails !== columns.heads) {
    constraintsCreated.push(...(await ensureKeyConstraint(graph, tails)));
    nodesCreated += await writeNodes(graph, tails, columns.tails.values, options);
  }
  const written = await writeRelationships(graph, nodes, tails, columns, options);
  return result(columns, { nodesCreated, constraintsCreated, ...written }, start);
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
  const start = Date.now();
  const text = withNames(cypher('write-node-properties'), nodeNames(input.nodes));
  const { keys, properties } = await readEntityColumns(input);
  const counted = { lines: keys.length, duplicates: 0, count: keys.length };
  if (options.dryRun) return result(counted, {}, start);
  const constraintsCreated = await ensureKeyConstraint(graph, input.nodes);
  let nodesCreated = 0;
  let changed = 0;
  await windows('nodes', keys.length, options, async (from, to) => {
    const parameters = { keys: keys.slice(from, to), properties: properties.slice(from, to) };
    const answer = await graph.write(async (tx) => countsOf(await tx.run(text, parameters)));
    nodesCreated += answer.nodesCreated;
    changed += Number(answer.changed);
  });
  return result(counted, { nodesCreated, constraintsCreated, changed }, start);
}

/**
 * Imports links between two sources: the key of a left node, the key of a right node, and a confidence in (0, 1]
 * if the file has one. Both ends must exist.
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
  const start = Date.now();
  const { left, right, relationship = 'SAME_AS', confidence = 'confidence', ...from } = input;
  tripleNames(left, right); // refuses bad names before anything is read
  checkedProperties([confidence]);
  checkedType(relationship);
  const columns = await readTripleColumns({
    ...from,
    nodes: left,
    tails: right,
    relation: relationship,
    properties: undefined,
  });
  await refuseDangling(graph, left, columns.heads);
  if (columns.tails !== columns.heads) await refuseDangling(graph, right, columns.tails);
  if (options.dryRun) return result(columns, {}, start);
  const properties = columns.properties?.map((p) => ('confidence' in p ? { [confidence]: p.confidence } : p));
  const written = await writeRelationships(graph, left, right, { ...columns, properties }, options);
  return result(columns, written, start);
}

function result(
  rowsOf: { lines: number; duplicates: number; count?: number; head?: Int32Array },
  written: Partial<ImportResult>,
  start: number,
): ImportResult {
  const { nodesCreated = 0, relationshipsCreated = 0, changed = 0, constraintsCreated = [] } = written;
  const count = rowsOf.head?.length ?? rowsOf.count ?? 0;
  const created = rowsOf.head ? relationshipsCreated : nodesCreated;
  return {
    nodesCreated,
    relationshipsCreated,
    changed,
    unchanged: count - created - changed,
    lines: rowsOf.lines,
    duplicates: rowsOf.duplicates,
    constraintsCreated,
    seconds: (Date.now() - start) / 1000,
  };
}
