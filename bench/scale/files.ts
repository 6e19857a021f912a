import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import type { ScaleGraph, ScaleShape } from './graph.js';

/** Files of a made-up graph as `import` takes them. */
export interface ScaleFiles {
  /** A source: its nodes as CSV with a header, and its facts as TSV. */
  readonly sources: readonly { readonly source: number; readonly nodes: string; readonly triples: string }[];
  /** A file for two sources each, of those that are linked at all. */
  readonly links: readonly { readonly between: readonly [number, number]; readonly file: string }[];
}

/** A source's name and label tell the graph's size, so that graphs of several sizes stand in one database. */
export const sourceName = ({ triples }: ScaleShape, source: number): string => `scale${triples}s${source}`;
export const labelOf = ({ triples }: ScaleShape, source: number): string => `Scale${triples}S${source}`;
/** Of a concept in a source: counterparts have different keys. */
export const keyOf = (source: number, concept: number): string => `s${source}-${concept}`;
export const relationName = (relation: number): string => `R${relation}`;

/** Names of the files of a graph, in a folder. */
export function filesOf(folder: string, { sources }: ScaleShape): ScaleFiles {
  const numbers = Array.from({ length: sources }, (_, s) => s);
  return {
    sources: numbers.map((source) => ({
      source,
      nodes: path.join(folder, `${source}.csv`),
      triples: path.join(folder, `${source}.tsv`),
    })),
    links: numbers.flatMap((a) =>
      numbers
        .slice(a + 1)
        .map((b) => ({ between: [a, b] as const, file: path.join(folder, `${a}-${b}.tsv`) })),
    ),
  };
}

/** Text that a file gathers before it is written. */
const GATHERED = 1 << 16;

/** A file that is written as fast as the disk takes it, so that no more than a little is held. */
class Sink {
  readonly #stream: WriteStream;
  #text = '';

  constructor(file: string) {
    this.#stream = createWriteStream(file);
  }

  add(line: string): void {
    this.#text += line;
  }

  get isFull(): boolean {
    return this.#text.length >= GATHERED;
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    await this.flush();
    this.#stream.end();
    await once(this.#stream, 'finish');
  }
}

/**
 * Writes a graph's nodes, facts and links.
 *
 * @returns how many there are of each
 * @example
 * await writeGraph(scaleGraph(shape), filesOf(folder, shape));
 */
export async function writeGraph(
  graph: ScaleGraph,
  files: ScaleFiles,
): Promise<{ entities: number; triples: number; links: number }> {
  const counts = { entities: 0, triples: 0, links: 0 };
  const nodes = files.sources.map(({ nodes }) => new Sink(nodes));
  const triples = files.sources.map(({ triples }) => new Sink(triples));
  const links = new Map(files.links.map(({ between, file }) => [between.join(' '), new Sink(file)]));
  for (const sink of nodes) sink.add('id,name\n');
  for (let concept = 0; concept < graph.concepts; concept++) {
    const holders = graph.holders(concept);
    for (const [i, source] of holders.entries()) {
      nodes[source].add(`${keyOf(source, concept)},Concept ${concept}\n`);
      counts.entities++;
      if (nodes[source].isFull) await nodes[source].flush();
      if (i === 0) continue;
      const sink = links.get(`${holders[i - 1]} ${source}`) as Sink;
      sink.add(`${keyOf(holders[i - 1], concept)}\t${keyOf(source, concept)}\n`);
      counts.links++;
      if (sink.isFull) await sink.flush();
    }
  }
  for (const { head, relation, tail, sources } of graph.facts())
    for (const source of sources) {
      triples[source].add(`${keyOf(source, head)}\t${relationName(relation)}\t${keyOf(source, tail)}\n`);
      counts.triples++;
      if (triples[source].isFull) await triples[source].flush();
    }
  for (const sink of [...nodes, ...triples, ...links.values()]) await sink.close();
  return counts;
}
