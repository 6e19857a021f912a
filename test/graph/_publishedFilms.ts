import { beforeEach } from 'node:test';
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import type { PublishInput } from '../../src/graph/publish.js';
import { run, useGraph } from '../_neo4j.js';
import { testModel } from '../_publication.js';

/** No reader of a test is in the middle of old vectors. */
export const NOW = { graceSeconds: 0 };
export const PEOPLE = Array.from({ length: 12 }, (_, i) => [i + 1]);
export const FILMS = [
  ['Solaris', 1972],
  ['Solaris', 2002],
  ['Alien', 1979],
] as const;
export const NODES = [
  { label: 'Person', key: 'id', name: 'name' },
  { label: 'Film', key: ['title', 'year'] },
];

/** A source of two labels; one of the people is a film as well, and counts to the label listed first. */
export async function fill(graph: Graph): Promise<void> {
  await run(graph, 'UNWIND $ids AS id CREATE (:Person {id: toInteger(id), name: "p" + toInteger(id)})', {
    ids: PEOPLE.map(([id]) => id),
  });
  await run(graph, 'UNWIND $films AS f CREATE (:Film {title: f[0], year: toInteger(f[1])})', {
    films: FILMS,
  });
  await run(
    graph,
    'MATCH (p:Person {id: 1}), (f:Film) CREATE (p)-[:SEEN {on: date("2020-01-01")}]->(f) SET p:Film',
  );
}

/** A model of the people and the films. */
export const films = (id: string, more: object = {}): PublishInput =>
  testModel({ id, source: 'films', nodes: NODES, keys: { Person: PEOPLE, Film: FILMS }, ...more });

interface Pointer {
  label: string;
  model: string;
  slot: string;
  index: string;
  count: number;
  previous: string | null;
}

/** A migrated graph of people and films, made anew before each test, and what there is to see of publications. */
export function useFilms() {
  const held = useGraph();
  const pointers = (source = 'films') =>
    run<Pointer>(
      held.graph,
      `MATCH (p:KgPublication {source: $source})
       RETURN p.label AS label, p.model AS model, p.property AS slot, p.index AS index, p.count AS count,
         p.previousModel AS previous ORDER BY label`,
      { source },
    );
  const indexes = () =>
    run<{ name: string; label: string }>(
      held.graph,
      `SHOW VECTOR INDEXES YIELD name, labelsOrTypes, state WHERE state = 'ONLINE'
       RETURN name, labelsOrTypes[0] AS label ORDER BY label, name`,
    );

  /** Everything in the database: nodes, relationships, constraints, indexes, labels in use. */
  async function everything(): Promise<unknown> {
    const of = (text: string) => run(held.graph, text);
    return {
      nodes: await of(
        'MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS p ORDER BY id',
      ),
      relationships: await of(
        'MATCH (h)-[r]->(t) RETURN elementId(h) AS h, type(r) AS type, elementId(t) AS t, properties(r) AS p ORDER BY h, t',
      ),
      constraints: await of('SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name'),
      indexes: await of('SHOW INDEXES YIELD name RETURN name ORDER BY name'),
      labels: await of('CALL db.labels() YIELD label RETURN label ORDER BY label'),
      types: await of('CALL db.relationshipTypes() YIELD relationshipType AS type RETURN type ORDER BY type'),
    };
  }

  /** Empties the database but for what migrations made, which takes longest to make. */
  async function empty(): Promise<void> {
    await run(held.graph, 'MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n');
    const left = await run<{ name: string }>(held.graph, 'SHOW VECTOR INDEXES YIELD name RETURN name');
    for (const { name } of left) await run(held.graph, 'DROP INDEX $name', { name });
    await run(held.graph, 'DROP CONSTRAINT mine IF EXISTS');
  }

  beforeEach(async () => {
    await empty();
    await migrate(held.graph);
    await fill(held.graph);
  });
  return { held, pointers, indexes, everything };
}

/** A model whose vectors are others. */
export function changed(input: PublishInput, change: (vectors: Float32Array) => void): PublishInput {
  const vectors = input.vectors.slice();
  change(vectors);
  return { ...input, vectors };
}
