import { z } from 'zod';

const name = z.string().min(1);

/** A label of a source with its key. */
const nodeSchema = z.strictObject({
  label: name.describe('Node label; the candidate class of its nodes.'),
  key: z
    .union([name, z.array(name).min(1)])
    .describe('Key property or properties; "elementId" where no key exists.'),
  name: name.optional().describe('Property shown to people.'),
});

const sourceSchema = z.strictObject({
  nodes: z.array(nodeSchema).min(1),
  relations: z
    .strictObject({
      include: z.array(name).optional().describe('Only these relationship types are read.'),
      exclude: z.array(name).optional().describe('These relationship types are not read.'),
      map: z.record(name, name).optional().describe('Relationship type → shared relation name.'),
    })
    .optional(),
  uri: name.optional().describe('Server of this source where it is not the common one.'),
  database: name.optional().describe('Database of this source where it is not the common one.'),
});

const alignmentSchema = z.union([
  z.strictObject({
    relationship: name.describe('Relationship type that links entities of two sources.'),
    confidence: name.optional().describe('Property with the confidence in (0, 1].'),
    between: z.tuple([name, name]).optional().describe('Only links between these two sources.'),
  }),
  z.strictObject({
    match: z
      .record(name, name)
      .describe('"source.Label.property" → "source.Label.property": equal values are links.'),
    confidence: z.number().gt(0).max(1).optional(),
  }),
  z.strictObject({
    file: name.describe('TSV or CSV: key in the first source, key in the second, confidence if any.'),
    between: z.tuple([name, name]),
    labels: z
      .tuple([name, name])
      .optional()
      .describe('Labels of the two key columns, the first of each source where absent.'),
  }),
]);

const encoder = z.enum(['complex']).default('complex');

/** Settings of a training that teacher and student share. */
const trainingSchema = {
  encoder,
  dim: z.number().int().min(2).multipleOf(2),
  geometry: z.enum(['dot', 'unit']),
  epochs: z.number().int().min(1),
  batch: z.number().int().min(1),
  learningRate: z.number().positive(),
  n3: z.number().min(0).describe('Weight of the N3 penalty.'),
  patience: z.number().int().min(1).describe('Evaluations without improvement before training stops.'),
  evaluateEvery: z.number().int().min(1).describe('Epochs between two validations.'),
  seed: z.number().int().min(0),
};

export const teacherSchema = z.strictObject({
  ...trainingSchema,
  dim: trainingSchema.dim.default(256),
  geometry: trainingSchema.geometry.default('dot'),
  epochs: trainingSchema.epochs.default(8),
  batch: trainingSchema.batch.default(512),
  learningRate: trainingSchema.learningRate.default(0.2),
  n3: trainingSchema.n3.default(0.03),
  patience: trainingSchema.patience.default(3),
  evaluateEvery: trainingSchema.evaluateEvery.default(2),
  seed: trainingSchema.seed.default(1),
  sources: z.array(name).optional().describe('Sources of the teacher; all where absent.'),
  linkThreshold: z.number().min(0).max(1).default(0).describe('Links under this confidence are not merged.'),
});

export const distillationSchema = z.strictObject({
  feature: z
    .number()
    .min(0)
    .default(1)
    .describe('Weight of feature distillation, of entity and of relation vectors.'),
  network: z.number().min(0).default(1).describe('Weight of network distillation.'),
  prediction: z.number().min(0).default(0.5).describe('Weight of prediction distillation.'),
  probes: z
    .number()
    .min(0)
    .default(0)
    .describe('Weight of prediction distillation on likely queries that the student has no answer to.'),
  probeThreshold: z
    .number()
    .gt(0)
    .max(1)
    .default(0.3)
    .describe('A query is likely where this share of the entities with one of its relations has the other.'),
  temperature: z.number().positive().default(1),
});

export const studentSchema = z.strictObject({
  ...trainingSchema,
  dim: trainingSchema.dim.default(128),
  geometry: trainingSchema.geometry.default('dot'),
  epochs: trainingSchema.epochs.default(30),
  batch: trainingSchema.batch.default(512),
  learningRate: trainingSchema.learningRate.default(0.2),
  n3: trainingSchema.n3.default(0.05),
  patience: trainingSchema.patience.default(4),
  evaluateEvery: trainingSchema.evaluateEvery.default(2),
  seed: trainingSchema.seed.default(1),
  hops: z.literal([0, 1]).default(0).describe('Reach of the linked subgraph.'),
  background: z.number().min(0).default(1).describe('Weight of the linked subgraph; 0 leaves it out.'),
  backgroundRelations: z
    .enum(['all', 'target'])
    .default('all')
    .describe('Relations of the linked subgraph: all, or only those that the target itself uses.'),
  distillation: distillationSchema.prefault({}),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  sources: z.record(name, sourceSchema),
  alignments: z.array(alignmentSchema).default([]),
  heldOut: z
    .strictObject({
      valid: z.number().min(0).lt(1).default(0.05),
      test: z.number().min(0).lt(1).default(0.05),
      key: z.string().default('kgmentor').describe('Key of the hash that chooses the held-out facts.'),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      directions: z
        .enum(['tails', 'both'])
        .default('both')
        .describe('Ask for tails only, or for heads as well.'),
      candidates: z
        .enum(['label', 'all'])
        .default('label')
        .describe("Rank among nodes of the answer's label, or all."),
    })
    .prefault({}),
  teacher: teacherSchema.prefault({}),
  student: studentSchema.prefault({}),
  feed: z
    .enum(['memory', 'cypher'])
    .default('memory')
    .describe('Where batches of a student come from: columns in memory, or Cypher while training.'),
  runs: name.default('runs').describe('Folder of run records and checkpoints.'),
});

/** The whole configuration, defaults filled in. */
export type Config = z.infer<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type SourceConfig = z.infer<typeof sourceSchema>;
export type NodeConfig = z.infer<typeof nodeSchema>;
export type AlignmentConfig = z.infer<typeof alignmentSchema>;
export type TeacherSettings = z.infer<typeof teacherSchema>;
export type StudentSettings = z.infer<typeof studentSchema>;
export type EvaluationSettings = Config['evaluation'];
export type DistillationSettings = z.infer<typeof distillationSchema>;
