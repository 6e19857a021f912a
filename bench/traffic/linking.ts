import type { Config } from '../../src/config.js';
import { inOrder } from '../../src/graph/batches.js';
import type { Graph } from '../../src/graph/connect.js';
import { withNames } from '../../src/graph/cypher.js';
import { linkedAnchors } from '../../src/graph/dataset.js';
import type { LinkSource } from '../../src/graph/linkColumns.js';
import { readLinkedTriples } from '../../src/graph/linkedTriples.js';
import { readLinks } from '../../src/graph/links.js';
import { newName } from '../../src/graph/names.js';
import { readEntities } from '../../src/graph/readEntities.js';
import { readSchema } from '../../src/graph/schema.js';
import { drain, reference } from './bare.js';
import { fastest, type Paired, pairedTurns } from './turns.js';

const QUERIES = ['linked-closure', 'linked-grouped', 'linked-quantified'];

export interface Linking extends Paired {
  /** The fastest hand-written query. */
  readonly query: string;
  /** Triples of the background between linked entities; the query's, which knows no conflicts of links. */
  readonly triples: number;
  readonly queryTriples: number;
}

/** The linked subgraph around a target, its nodes known: links, classes and triples; and a query of one statement. */
export async function benchLinking(
  graph: Graph,
  config: Config,
  target: string,
  turns: number,
): Promise<Linking> {
  const schema = await readSchema(graph);
  const sources: LinkSource[] = [];
  for (const [name, source] of Object.entries(config.sources))
    sources.push({ name, graph, schema, read: await readEntities(graph, schema, name, source) });
  const product = async () => {
    const { alignments } = await readLinks(sources, config.alignments);
    const anchors = linkedAnchors(sources, alignments, { target, hops: 0 });
    const tasks = sources.flatMap(({ name, read }, i) => {
      const input = { name, source: config.sources[name], entities: read, alignmentTypes: ['SAME_AS'] };
      return name === target ? [] : [() => readLinkedTriples(graph, schema, input, anchors[i], 0)];
    });
    let triples = 0;
    for await (const found of inOrder(tasks)) triples += found.triples.head.length;
    return triples;
  };
  const TARGET = newName('label', config.sources[target].nodes[0].label);
  const ask = (query: string) => drain(graph, withNames(reference(query), { TARGET }), {}, 'tails');
  const query = await fastest(QUERIES, ask);
  const [triples, queryTriples] = [await product(), await ask(query)];
  return { ...(await pairedTurns(turns, product, () => ask(query))), query, triples, queryTriples };
}
