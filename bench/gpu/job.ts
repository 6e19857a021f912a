import { teacherSchema } from '../../src/config.js';
import type { EncoderName } from '../../src/encoders.js';
import { seededRandom } from '../../src/kg/random.js';
import type { Job } from '../../src/train/job.js';
import { trainingQueries } from '../../src/train/queries.js';

export interface Size {
  readonly entities: number;
  readonly triples: number;
  readonly dim: number;
}

const RELATIONS = 20;

/** A teacher's job on random facts, a few entities standing in many of them; without validation. */
export function randomJob(encoder: EncoderName, { entities, triples, dim }: Size, epochs: number): Job {
  const random = seededRandom(1);
  const column = (draw: () => number) => Int32Array.from({ length: triples }, draw);
  const entity = () => Math.floor(entities * random() ** 3);
  const facts = {
    head: column(entity),
    relation: column(() => Math.floor(RELATIONS * random())),
    tail: column(entity),
  };
  return {
    kind: 'teacher',
    settings: teacherSchema.parse({ encoder, dim, epochs, batch: 512 }),
    rows: entities,
    entities,
    relations: RELATIONS,
    queries: trainingQueries([{ triples: facts, weight: 1 }], entities, RELATIONS),
    evaluations: {},
  };
}
