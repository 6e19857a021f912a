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
  readonly encoder?: string;
  readonly geometry?: 'dot' | 'unit' | 'l2';
}

/** A model with random vectors, each model id others, as `publish` takes it. */
export function testModel(model: TestModel): PublishInput {
  const { id, source, nodes, relations = ['R'], dim = 4, geometry = 'unit', encoder = 'complex' } = model;
  const relationDim = encoder === 'rotate' ? dim / 2 : dim;
  const keys = Object.entries(model.keys)
    .flatMap(([label, values]) => values.map((value) => entityKey(label, value)))
    .sort();
  const random = seededRandom(...Buffer.from(id));
  const table = (rows: number, width: number) =>
    Float32Array.from({ length: rows * width }, () => random() * 2 - 1);
  return {
    source: { name: source, nodes },
    model: { id, kind: 'student', encoder, dim, geometry, config: { dim }, metrics: { mrr: 0.5 } },
    entities: { keys },
    vectors: table(keys.length, dim),
    relations: {
      names: relations,
      ...(relationDim !== dim && { dim: relationDim }),
      vectors: table(relations.length, relationDim),
      inverseVectors: table(relations.length, relationDim),
    },
    distilledFrom: { id: `${id}-teacher`, kind: 'teacher', encoder: 'complex', dim: 8, geometry: 'dot' },
  };
}
