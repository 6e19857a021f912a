import type { Config, ConfigInput } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { importAlignments, importEntities, importTriples } from '../../src/graph/import.js';
import { compareKeys, entityKey } from '../../src/kg/keys.js';
import type { Dataset, Split, Triples } from '../../src/kg/types.js';
import { parseConfig } from '../../src/settings.js';
import { type Dbp5l, LANGUAGES, type Language } from './data.js';

const labelOf = (language: Language) => `Dbp_${language}`;
const nodeOf = (language: Language) => ({ label: labelOf(language), key: 'id', keyType: 'integer' }) as const;

/** The configuration under which the benchmark's graph is read. */
export function dbp5lConfig(input: Omit<ConfigInput, 'sources'> = {}): Config {
  return parseConfig(
    {
      ...input,
      sources: Object.fromEntries(
        LANGUAGES.map((language) => [
          language,
          { nodes: [{ label: labelOf(language), key: 'id', name: 'uri' }] },
        ]),
      ),
      alignments: [{ relationship: 'SAME_AS' }],
      evaluation: { directions: 'tails', candidates: 'all' },
    },
    'the configuration of DBP-5L',
  );
}

/**
 * Imports all five languages: entities, training triples and links. Validation and test facts never are
 * relationships of the graph.
 */
export async function importDbp5l(
  graph: Graph,
  data: Dbp5l,
): Promise<{ nodes: number; relationships: number }> {
  let nodes = 0;
  let relationships = 0;
  for (const language of LANGUAGES) {
    const { uris, train } = data.graphs[language];
    const source = language;
    const entities = await importEntities(graph, {
      source,
      nodes: nodeOf(language),
      rows: [['id', 'uri'], ...uris.map((uri, id) => [id, uri])],
      header: true,
    });
    nodes += entities.nodesCreated;
    const triples = await importTriples(graph, {
      source,
      nodes: nodeOf(language),
      rows: Array.from(train.head, (head, i) => [head, data.relations[train.relation[i]], train.tail[i]]),
    });
    relationships += triples.relationshipsCreated;
  }
  for (const { left, right, pairs } of data.links) {
    const links = await importAlignments(graph, { left: nodeOf(left), right: nodeOf(right), rows: pairs });
    relationships += links.relationshipsCreated;
  }
  return { nodes, relationships };
}

/**
 * A language's own split on the ids of the dataset as it was read from the database. The dataset gets the relations that
 * only held-out facts have: no model has seen them, and their facts count all the same.
 */
export function withDbp5lSplit(
  dataset: Dataset,
  data: Dbp5l,
  language: Language,
): { dataset: Dataset; split: Split } {
  const source = dataset.sources.find(({ name }) => name === language) as Dataset['sources'][number];
  const entityOf = new Map(source.entities.keys.map((key, i) => [key, i]));
  const { train, valid, test } = data.graphs[language];
  const asked = [train, valid, test].flatMap(({ relation }) =>
    Array.from(relation, (id) => data.relations[id]),
  );
  const relations = [...new Set([...dataset.relations, ...asked])].sort(compareKeys);
  const relationOf = new Map(relations.map((name, i) => [name, i]));
  const named = (column: Int32Array, names: readonly string[]) =>
    column.map((id) => relationOf.get(names[id]) as number);
  const entity = (id: number) => entityOf.get(entityKey(labelOf(language), [id])) as number;
  const map = ({ head, relation, tail }: Triples): Triples => ({
    head: head.map(entity),
    relation: named(relation, data.relations),
    tail: tail.map(entity),
  });
  const sources = dataset.sources.map((one) => ({
    ...one,
    triples: { ...one.triples, relation: named(one.triples.relation, dataset.relations) },
  }));
  return {
    dataset: { ...dataset, sources, relations },
    split: { train: map(train), valid: map(valid), test: map(test) },
  };
}
