/** A second, plain way to read sources: every node and relationship as an object, chosen in plain code. */
import neo4j from 'neo4j-driver';
import type { Config } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { rows } from '../../src/graph/rows.js';
import type { Alignments, Dataset, Triples } from '../../src/kg/types.js';

export interface PlainNode {
  readonly at: string;
  readonly labels: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}
export interface PlainRelationship {
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A node or relationship of a test's graph; `at`, `from` and `to` are names within the test. */
export type NewNode = { at: string; labels: string[]; properties?: Record<string, unknown> };
export type NewRelationship = [from: string, type: string, to: string, properties?: Record<string, unknown>];

/** Writes a graph in the given order; JavaScript numbers become floats, bigints become integers. */
export async function write(
  graph: Graph,
  nodes: readonly NewNode[],
  relationships: readonly NewRelationship[],
): Promise<void> {
  await graph.write(async (tx) => {
    const made = rows<{ at: string; id: string }>(
      await tx.run(
        `UNWIND $nodes AS row
         CREATE (n:$(row.labels)) SET n = row.properties
         RETURN row.at AS at, elementId(n) AS id`,
        { nodes: nodes.map((node) => ({ properties: {}, ...node })) },
      ),
    );
    const idOf = new Map(made.map(({ at, id }) => [at, id]));
    await tx.run(
      `UNWIND $rows AS row
       MATCH (a), (b) WHERE elementId(a) = row.from AND elementId(b) = row.to
       CREATE (a)-[r:$(row.type)]->(b) SET r = row.properties`,
      {
        rows: relationships.map(([from, type, to, properties = {}]) => ({
          from: idOf.get(from),
          to: idOf.get(to),
          type,
          properties,
        })),
      },
    );
  });
}

/** The whole database, integers as bigints. */
export async function readAll(
  graph: Graph,
): Promise<{ nodes: PlainNode[]; relationships: PlainRelationship[] }> {
  const driver = neo4j.driver(graph.uri, neo4j.auth.basic('neo4j', process.env.NEO4J_PASSWORD ?? ''), {
    useBigInt: true,
  });
  const session = driver.session({ database: graph.database });
  try {
    return {
      nodes: rows<PlainNode>(
        await session.run(
          'MATCH (n) RETURN elementId(n) AS at, labels(n) AS labels, properties(n) AS properties',
        ),
      ),
      relationships: rows<PlainRelationship>(
        await session.run(
          `MATCH (a)-[r]->(b)
           RETURN elementId(a) AS from, elementId(b) AS to, type(r) AS type, properties(r) AS properties`,
        ),
      ),
    };
  } finally {
    await session.close();
    await driver.close();
  }
}

const small = (value: unknown) =>
  typeof value === 'bigint' && value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value;

/** The key of a node in a source, or undefined where it does not belong to it. */
function keyOf(node: PlainNode, source: Config['sources'][string]): string | undefined {
  const config = source.nodes.find(({ label }) => node.labels.includes(label));
  if (!config) return undefined;
  const names = [config.key].flat();
  const values = config.key === 'elementId' ? [node.at] : names.map((name) => small(node.properties[name]));
  return JSON.stringify([
    config.label,
    ...values.map((value) => (typeof value === 'bigint' ? { int: String(value) } : value)),
  ]);
}

export interface PlainSource {
  readonly name: string;
  /** Sorted. */
  readonly keys: string[];
  /** Node → key. */
  readonly keyOf: Map<string, string>;
  /** `[head key, relation, tail key]` as JSON, each once, sorted. */
  readonly triples: string[];
  readonly duplicates: number;
  /** `type → owner`, counted. */
  readonly cross: Record<string, number>;
}

/** What the config chooses from the whole database. */
export function choose(
  { nodes, relationships }: { nodes: readonly PlainNode[]; relationships: readonly PlainRelationship[] },
  config: Config,
): PlainSource[] {
  const members = Object.entries(config.sources).map(([name, source]) => ({
    name,
    source,
    keyOf: new Map(
      nodes.flatMap((node) => {
        const key = keyOf(node, source);
        return key === undefined ? [] : [[node.at, key] as const];
      }),
    ),
  }));
  const linking = config.alignments.flatMap((one) => ('relationship' in one ? [one.relationship] : []));
  return members.map(({ name, source, keyOf }) => {
    const { include, exclude = [], map = {} } = source.relations ?? {};
    const facts = relationships.filter(
      ({ type }) =>
        !type.startsWith('KG_') &&
        !linking.includes(type) &&
        !exclude.includes(type) &&
        (include?.includes(type) ?? true),
    );
    const found: string[] = [];
    const cross: Record<string, number> = {};
    for (const { from, to, type } of facts) {
      const head = keyOf.get(from);
      if (head === undefined) continue;
      const tail = keyOf.get(to);
      if (tail === undefined) {
        const owner = members.find((other) => other.name !== name && other.keyOf.has(to))?.name ?? null;
        cross[`${type} → ${owner}`] = (cross[`${type} → ${owner}`] ?? 0) + 1;
      } else found.push(JSON.stringify([head, Object.hasOwn(map, type) ? map[type] : type, tail]));
    }
    const triples = [...new Set(found)].sort();
    return {
      name,
      keyOf,
      keys: [...keyOf.values()].sort(),
      triples,
      duplicates: found.length - triples.length,
      cross,
    };
  });
}

/** A dataset's triples as `choose` shows them. */
export function triplesOf(dataset: Pick<Dataset, 'sources' | 'relations'>, source: number): string[] {
  const { entities, triples } = dataset.sources[source];
  return Array.from(triples.head, (head, i) =>
    JSON.stringify([
      entities.keys[head],
      dataset.relations[triples.relation[i]],
      entities.keys[triples.tail[i]],
    ]),
  ).sort();
}

/** Links as `[left source, left key, right source, right key, confidence]`, in the dataset's order. */
export function linksOf({ sources, alignments }: Dataset): unknown[][] {
  const { leftSource, left, rightSource, right, confidence } = alignments as Alignments;
  return Array.from(left, (entity, i) => [
    sources[leftSource[i]].name,
    sources[leftSource[i]].entities.keys[entity],
    sources[rightSource[i]].name,
    sources[rightSource[i]].entities.keys[right[i]],
    Number(confidence[i].toFixed(6)),
  ]);
}

/** Whether rows are sorted by head, relation and tail, each once. */
export function isCanonical({ head, relation, tail }: Triples): boolean {
  for (let i = 1; i < head.length; i++) {
    const order = head[i - 1] - head[i] || relation[i - 1] - relation[i] || tail[i - 1] - tail[i];
    if (order >= 0) return false;
  }
  return true;
}
