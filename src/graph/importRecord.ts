import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { first, runOne } from './rows.js';

/** How far an import of one file has come, as the database itself keeps it. */
export interface ImportRecord {
  /** Rows of the file that are written. */
  readonly rows: number;
  /** Rows of the whole file, all of them checked. */
  readonly lines: number;
}

/** Name of an import: the same for the same bytes imported in the same way. */
export function importId(digest: string, way: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([digest, way]))
    .digest('hex');
}

/** What a killed import left, if anything. */
export async function readRecord(graph: Graph, id: string): Promise<ImportRecord | undefined> {
  return graph.read(async (tx) => first<ImportRecord>(await tx.run(cypher('read-import'), { id })));
}

export async function writeRecord(
  graph: Graph,
  id: string,
  file: string,
  { rows, lines }: ImportRecord,
): Promise<void> {
  await runOne(graph, 'write-import', { id, file: path.basename(file), rows, lines });
}

/** The import is whole: nothing is to be taken up. */
export async function removeRecord(graph: Graph, id: string): Promise<void> {
  await runOne(graph, 'write-import-done', { id });
}
