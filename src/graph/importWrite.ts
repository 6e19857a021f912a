import type { QueryResult } from 'neo4j-driver';
import { KgmentorError } from '../errors.js';
import { inBatches } from './batches.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import type { CellValue, Distinct } from './importColumns.js';
import type { NodeKey, TripleColumns } from './importTriples.js';
import { nodeNames, tripleNames } from './keyConstraint.js';
import { rows } from './rows.js';

export interface ImportProgress {
  readonly stage: 'check' | 'nodes' | 'relationships';
  /** Of the chunk under way. */
  readonly done: number;
  readonly total: number;
  /** Rows of the whole source that are done, of all where they are counted already. */
  readonly rows?: number;
  readonly of?: number;
  readonly rowsPerSecond?: number;
  /** Until this pass is at the end of the source; the check is one pass, writing the other. */
  readonly etaSeconds?: number;
}

export interface ImportOptions {
  /** Rows a transaction; 5,000 where absent. */
  readonly batch?: number;
  /** Rows held in memory at a time; 100,000 where absent. */
  readonly chunk?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Reads and checks the rows and writes nothing. */
  readonly dryRun?: boolean;
  /** Aborting ends the import after the transactions under way. */
  readonly signal?: AbortSignal;
}

export async function writeNodes(
  graph: Graph,
  nodes: NodeKey,
  keys: readonly CellValue[],
  options: ImportOptions,
): Promise<number> {
  const text = withNames(cypher('write-nodes'), nodeNames(nodes));
  let created = 0;
  await windows('nodes', keys.length, options, async (from, to) => {
    const answer = await graph.write(async (tx) =>
      countsOf(await tx.run(text, { keys: keys.slice(from, to) })),
    );
    created += answer.nodesCreated;
  });
  return created;
}

export async function writeRelationships(
  graph: Graph,
  head: NodeKey,
  tail: NodeKey,
  columns: TripleColumns,
  options: ImportOptions & { readonly skipMissing?: boolean },
): Promise<{ relationshipsCreated: number; changed: number; missing: number }> {
  const { heads, tails, relations, properties } = columns;
  const name = properties ? 'write-relationships-properties' : 'write-relationships';
  const text = withNames(cypher(name), tripleNames(head, tail));
  let relationshipsCreated = 0;
  let changed = 0;
  let missing = 0;
  await windows('relationships', columns.head.length, options, async (from, to) => {
    const parameters = {
      heads: Array.from(columns.head.subarray(from, to), (i) => heads.values[i]),
      types: Array.from(columns.relation.subarray(from, to), (i) => relations.values[i]),
      tails: Array.from(columns.tail.subarray(from, to), (i) => tails.values[i]),
      properties: properties?.slice(from, to),
    };
    const answer = await graph.write(async (tx) => {
      const counts = countsOf(await tx.run(text, parameters));
      if (!options.skipMissing && Number(counts.found) !== to - from)
        throw vanished(Number(counts.found), to - from);
      return counts;
    });
    relationshipsCreated += answer.relationshipsCreated;
    changed += Number(answer.changed ?? 0);
    missing += to - from - Number(answer.found);
  });
  return { relationshipsCreated, changed, missing };
}

/** What a writing query counted: its one row, and what the server created. */
export function countsOf(answer: QueryResult) {
  const { nodesCreated, relationshipsCreated } = answer.summary.counters.updates();
  return { ...rows<{ found?: number; changed?: number }>(answer)[0], nodesCreated, relationshipsCreated };
}

/** Positions of the keys that no node has. */
async function missingKeys(graph: Graph, nodes: NodeKey, keys: Distinct<CellValue>): Promise<number[]> {
  const text = withNames(cypher('write-missing-keys'), nodeNames(nodes));
  const missing: number[] = [];
  await inBatches(keys.values.length, 5000, async (from, to) => {
    const found = await graph.read(async (tx) =>
      rows<{ missing: number[] }>(await tx.run(text, { keys: keys.values.slice(from, to) })),
    );
    missing.push(...found[0].missing.map((i) => from + Number(i)));
  });
  return missing;
}

/** How many rows have an end without a node. */
export async function countDangling(
  graph: Graph,
  left: NodeKey,
  right: NodeKey,
  { heads, tails, head, tail }: TripleColumns,
): Promise<number> {
  const noHead = new Set(await missingKeys(graph, left, heads));
  const noTail = tails === heads ? noHead : new Set(await missingKeys(graph, right, tails));
  return head.reduce((sum, h, i) => sum + Number(noHead.has(h) || noTail.has(tail[i])), 0);
}

/** @param mayNameColumns whether the first line may hold names of columns that was taken for a row */
export async function refuseDangling(
  graph: Graph,
  nodes: NodeKey,
  keys: Distinct<CellValue>,
  mayNameColumns: boolean,
): Promise<void> {
  const missing = await missingKeys(graph, nodes, keys);
  if (missing.length === 0) return;
  const examples = missing
    .sort((a, b) => a - b)
    .slice(0, 3)
    .map((i) => `${keys.where[i]} ${JSON.stringify(String(keys.values[i]))}`);
  throw new KgmentorError(
    'BAD_DATA',
    `${missing.length} ${missing.length === 1 ? 'id has' : 'ids have'} no ${nodes.label} node with that ${nodes.key}: ${examples.join(', ')}.`,
    {
      next: `Import the entities first, mend the file, or leave such links out with --skip-missing${mayNameColumns ? '; --header passes over a first line of column names' : ''}. Nothing of it was written.`,
    },
  );
}

export async function windows(
  stage: ImportProgress['stage'],
  total: number,
  options: ImportOptions,
  work: (from: number, to: number) => Promise<void>,
): Promise<void> {
  const size = options.batch ?? 5000;
  const first = Math.min(FIRST, size, total);
  const one = async (from: number, to: number) => {
    await work(from, to);
    done += to - from;
    options.onProgress?.({ stage, done, total });
  };
  let done = 0;
  await inBatches(first, size, one, options.signal);
  await inBatches(total - first, size, (from, to) => one(first + from, first + to), options.signal);
}

/**
 * Rows of the first transaction. In a database without relationships the server plans to find one by a scan of all
 * of them, which over thousands of rows takes minutes; after a few it plans anew, from the ends.
 */
const FIRST = 100;

function vanished(found: number, expected: number): KgmentorError {
  return new KgmentorError(
    'BAD_DATA',
    `${found} of ${expected} triples found both ends: nodes vanished during the import.`,
    {
      next: 'Run the import again when nothing else deletes nodes.',
    },
  );
}
