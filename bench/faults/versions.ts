/** A source whose vectors come in versions, and what its readers see of them. */
import type { Graph } from '../../src/graph/connect.js';
import { importEntities } from '../../src/graph/import.js';
import type { PublishInput } from '../../src/graph/publish.js';
import { parseEntityKey } from '../../src/kg/keys.js';
import { testModel } from '../../test/_publication.js';
import { ask } from './database.js';

export const SOURCE = 'films';
export const LABELS = ['Film', 'Person'] as const;
const RELATIONS = ['LIKES', 'KNOWS', 'CITES'];

/** Writes the nodes of the source: so many of each label. */
export async function writeNodes(graph: Graph, each: number): Promise<void> {
  for (const label of LABELS)
    await importEntities(graph, {
      source: SOURCE,
      nodes: { label, key: 'id', keyType: 'integer' },
      rows: [['id'], ...Array.from({ length: each }, (_, i) => [i])],
      header: true,
    });
}

/** A version's vectors: random ones, others for each id. */
export const version = (id: string, each: number, dim = 8): PublishInput => {
  const keys = Array.from({ length: each }, (_, i) => [i]);
  return testModel({
    ...{ id, source: SOURCE, dim, relations: RELATIONS },
    nodes: LABELS.map((label) => ({ label, key: 'id' })),
    keys: Object.fromEntries(LABELS.map((label) => [label, keys])),
  });
};

/** What readers see. */
export interface Seen {
  /** The one model that they are pointed at; none where there are several, or none. */
  readonly model?: string;
  /** Whether vectors of a node, of a relation or in an index are missing. */
  readonly lost: boolean;
  /** Whether what they see belongs to several versions. */
  readonly mixed: boolean;
}

/** Looks at every vector that readers are pointed at. */
export async function seen(graph: Graph, versions: readonly PublishInput[]): Promise<Seen> {
  const found = await ask<{ label: string; model: string; index: string; key: number; vector?: number[] }>(
    graph,
    'published',
    { source: SOURCE },
  );
  const models = new Set(found.map(({ model }) => model));
  const [model] = models;
  const input = versions.find((one) => one.model.id === model);
  if (models.size > 1 || !input) return { lost: !input, mixed: models.size > 1 };
  const vectors = vectorsOf(input);
  const missing = found.filter(({ vector }) => !vector).length;
  const mixed = found.some(
    ({ label, key, vector }) => vector && !equal(vector, vectors.get(`${label} ${key}`)),
  );
  let indexed = 0;
  for (const index of new Set(found.map((one) => one.index))) {
    const [{ nodes }] = await ask<{ nodes: number }>(graph, 'indexed', {
      ...{ index, k: found.length + 1, vector: Array.from(input.vectors.subarray(0, input.model.dim)) },
    });
    indexed += Number(nodes);
  }
  const relations = await relationsOf(graph, input);
  return {
    model,
    lost: missing > 0 || found.length < vectors.size || indexed < vectors.size || relations.lost,
    mixed: mixed || relations.mixed,
  };
}

/** Whether readers can be pointed back at another model than the one that they see. */
export async function hasWayBack(graph: Graph): Promise<boolean> {
  const found = await ask<{ back: boolean }>(graph, 'way-back', { source: SOURCE });
  return found.length === LABELS.length && found.every(({ back }) => back);
}

function vectorsOf({ entities, vectors, model: { dim } }: PublishInput): Map<string, Float32Array> {
  return new Map(
    entities.keys.map((key, row) => {
      const { label, values } = parseEntityKey(key);
      return [`${label} ${values[0]}`, vectors.subarray(row * dim, (row + 1) * dim)];
    }),
  );
}

async function relationsOf(graph: Graph, { model, relations }: PublishInput) {
  const found = await ask<{ name: string; vector: number[] }>(graph, 'relations', { model: model.id });
  return {
    lost: found.length < relations.names.length,
    mixed: found.some(({ name, vector }) => {
      const row = relations.names.indexOf(name);
      return !equal(vector, relations.vectors.subarray(row * model.dim, (row + 1) * model.dim));
    }),
  };
}

const equal = (a: readonly number[], b: Float32Array | undefined): boolean =>
  b?.length === a.length && a.every((x, i) => x === b[i]);
