/** A file of facts that is imported in many small transactions, and what the database then holds. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Graph } from '../../src/graph/connect.js';
import { type ImportOptions, importTriples } from '../../src/graph/import.js';
import { ask } from './database.js';
import type { Harm } from './tally.js';

export interface Facts {
  readonly rows: number;
  /** Imports the file, or goes on with its import. */
  load(graph: Graph, options?: Pick<ImportOptions, 'onProgress'>): Promise<unknown>;
  /** What the database lacks or has too often. */
  check(graph: Graph): Promise<Harm>;
  /** Takes the facts out of the database again. */
  clear(graph: Graph): Promise<void>;
}

const NODES = 500;

/** Writes a file of so many different facts into a folder. */
export function factsIn(folder: string, rows: number): Facts {
  const file = path.join(folder, 'facts.tsv');
  const line = (i: number) => `n${i % NODES}\tr${Math.floor(i / NODES)}\tn${(i * 7 + 1) % NODES}\n`;
  writeFileSync(file, Array.from({ length: rows }, (_, i) => line(i)).join(''));
  return {
    rows,
    load: (graph, options) =>
      importTriples(
        graph,
        { source: 'el', nodes: { label: 'El', key: 'id' }, file },
        { chunk: 400, batch: 100, ...options },
      ),
    async check(graph) {
      const [{ nodes, relationships, pairs }] = await ask<Record<string, number>>(graph, 'imported');
      return {
        lost: nodes < NODES || pairs < rows,
        doubled: nodes > NODES || relationships > pairs,
      };
    },
    async clear(graph) {
      await ask(graph, 'imported-remove');
    },
  };
}
