import type { NodeConfig } from '../src/config.js';
import type { PublishInput } from '../src/graph/publish.js';
import { entityKey, type KeyValue } from '../src/kg/keys.js';
import { seededRandom } from '../src/kg/random.js';

export interface TestModel {
  readonly id: string;
  readonly source: string;
  readonly nodes: readonly NodeConfig[];
  /** Key values by label. */
  readonly keys: Readonly<Record<string, readonly (readonly KeyValue[])[]>>;
  readonly relations?: readonly string[];
  readonly dim?: number;
  readonly geometry?: 'dot' | 'unit';
}

/** A model with random vectors, each model id others, as `publish` takes it. */
export function testModel(model: TestModel): PublishInput {
  const { id, source, nodes, relations = ['R'], dim = 4, geometry = 'unit' } = model;
  const keys = Object.entries(model.keys)
    .flatMap(([label, values]) => values.map((value) => entityKey(label, value)))
    .sort();
  const random = seededRandom(...Buffer.from(id));
  const table = (rows: number) => Float32Array.from({ length: rows * dim }, () => random() * 2 - 1);
  return {
    source: { name: source, nodes },
    model: { id, kind: 'student', encoder: 'complex', dim, geometry, config: { dim }, metrics: { mrr: 0.5 } },
    entities: { keys },
    vectors: table(keys.length),
    relations: {
      names: relations,
      vectors: table(relations.length),
      inverseVectors: table(relations.length),
    },
    distilledFrom: { id: `${id}-teacher`, kind: 'teacher', encoder: 'complex', dim: 8, geometry: 'dot' },
  };
}
