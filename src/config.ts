import { z } from 'zod';
import { gateSchema, scheduleSchema } from './configOperate.js';
import { ENCODER_FACTS, ENCODER_NAMES, LONGEST_PATH } from './encoders.js';

const name = z.string().min(1);
/** What `kg/values.ts` calls classes of values begins with `=`. */
const label = name.regex(/^[^=]/, 'a label cannot begin with "=", which marks values of properties');

/** A label of a source with its key. */
const nodeSchema = z.strictObject({
  label: label.describe('Node label; the candidate class of its nodes.'),
  key: z
    .union([name, z.array(name).min(1)])
    .describe('Key property or properties; "elementId" where no key exists.'),
  name: name.optional().describe('Property shown to people.'),
  values: z
    .record(name, name)
    .optional()
    .describe(
      'Property → relation: each distinct value (text, integer, boolean, or a list of these) becomes an entity, and having it a fact.',
    ),
});

const sourceSchema = z.strictObject({
  nodes: z.array(nodeSchema).min(1),
  relations: z
    .strictObject({
      include: z.array(name).optional().describe('Only these relationship types are read.'),
      exclude: z.array(name).optional().describe('These relationship types are not read.'),
      map: z.record(name, name).optional().describe('Relationship type → shared relation name.'),
      weight: z
        .union([name, z.record(name, name)])
        .optional()
        .describe(
          'Numeric property that weighs the facts in training: one for all relationship types, or type → property. Weights are taken relative to the mean of their type.',
        ),
    })
    .optional(),
  mostValues: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Distinct values of a property of "values" at most, 1,000 where absent.'),
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
      .describe(
        'Labels of the two key columns, the first of each source where absent; "=" and a relation for its values.',
      ),
  }),
]);

/** Settings of a training that teacher and student share. Those that are optional here depend on the encoder. */
const trainingSchema = {
  encoder: z
    .enum(ENCODER_NAMES)
    .default('complex')
    .describe(
      'Triple encoders: complex, distmult, transe, rotate. Path encoders: gru, lstm, rsn, transformer.',
    ),
  dim: z.number().int().min(2).multipleOf(2),
  layers: z
    .number()
    .int()
    .min(1)
    .max(12)
    .optional()
    .describe('Layers of a path encoder; 2 for transformer, else 1.'),
  heads: z.number().int().min(1).default(4).describe('Attention heads of transformer.'),
  geometry: z
    .enum(['dot', 'unit', 'l2'])
    .optional()
    .describe(
      'How queries meet entities: q·e, q·e/|e|, or −|q−e|. dot where absent; l2 for transe and rotate.',
    ),
  epochs: z.number().int().min(1),
  batch: z.number().int().min(1),
  optimiser: z.enum(['adagrad', 'adam']).optional().describe('adagrad for triple, adam for path encoders.'),
  learningRate: z
    .union([z.number().positive(), z.strictObject({ from: z.number().positive(), to: z.number().min(0) })])
    .optional()
    .describe(
      '0.2 for adagrad, 0.001 for adam, 0.005 for recurrent encoders. A number, or from and to: linear over the epochs.',
    ),
  n3: z.number().min(0).optional().describe('Weight of the N3 penalty.'),
  pathLength: z
    .number()
    .int()
    .min(1)
    .max(LONGEST_PATH)
    .default(3)
    .describe('Relations a random walk that a path encoder learns from.'),
  pathWeight: z.number().min(0).default(1).describe('Weight of the steps of a walk after the first.'),
  hideRate: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'Share of the intermediate entities of walks that are hidden, so that path queries are learned.',
    ),
  depthBias: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.7)
    .describe('Above 0.5, walks rather go on to new entities than back.'),
  crossBias: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.7)
    .describe('Above 0.5, walks rather step into a fact of another source.'),
  negatives: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'Entities that a step draws to compare answers with, beside its own; 0 for all. Where absent: all of up to 100,000, else 8,192.',
    ),
  balance: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'How far queries with many answers are weighed down: 0, as where absent, counts every fact once, 1 every query once.',
    ),
  patience: z.number().int().min(1).describe('Evaluations without improvement before training stops.'),
  evaluateEvery: z.number().int().min(1).describe('Epochs between two validations.'),
  seed: z.number().int().min(0),
};

/** A weight or rate, constant or linear over the epochs. */
export type Scheduled = number | { readonly from: number; readonly to: number };

/** Settings as they are given, before what depends on the encoder is filled in. */
interface Given {
  readonly encoder: (typeof ENCODER_NAMES)[number];
  readonly dim: number;
  readonly layers?: number;
  readonly heads: number;
  readonly geometry?: 'dot' | 'unit' | 'l2';
  readonly optimiser?: 'adagrad' | 'adam';
  readonly learningRate?: Scheduled;
  readonly n3?: number;
}

/** Fills in what depends on the encoder. */
const filled = (role: 'teacher' | 'student') => (given: Given) => {
  const facts = ENCODER_FACTS[given.encoder];
  const optimiser = given.optimiser ?? facts.optimiser;
  const usualRate = optimiser === 'adagrad' ? 0.2 : 0.001;
  return {
    layers: given.layers ?? facts.layers,
    geometry: given.geometry ?? facts.geometries[0],
    optimiser,
    learningRate: given.learningRate ?? (optimiser === facts.optimiser ? facts.learningRate : usualRate),
    n3: given.n3 ?? facts.n3[role],
  };
};

function checkEncoder(given: Given, context: z.RefinementCtx): void {
  const { geometries, kind } = ENCODER_FACTS[given.encoder];
  if (given.geometry && !geometries.includes(given.geometry))
    context.addIssue({
      code: 'custom',
      path: ['geometry'],
      message: `${given.encoder} takes ${geometries.join(' or ')}`,
    });
  if (kind === 'path' && given.encoder === 'transformer' && given.dim % given.heads !== 0)
    context.addIssue({ code: 'custom', path: ['heads'], message: `must divide dim, ${given.dim}` });
}

export const teacherSchema = z
  .strictObject({
    ...trainingSchema,
    dim: trainingSchema.dim.default(256),
    epochs: trainingSchema.epochs.default(8),
    batch: trainingSchema.batch.default(512),
    patience: trainingSchema.patience.default(3),
    evaluateEvery: trainingSchema.evaluateEvery.default(2),
    seed: trainingSchema.seed.default(1),
    sources: z.array(name).optional().describe('Sources of the teacher; all where absent.'),
    links: z
      .enum(['share', 'swap', 'relation', 'soft'])
      .default('share')
      .describe(
        'How links enter: one vector a linked class; facts copied with the linked entity in place; one more relation; separate vectors that a loss pulls together.',
      ),
    linkThreshold: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Links under this confidence are not merged.'),
    softLinks: z
      .number()
      .min(0)
      .default(1)
      .describe('Weight of the loss that pulls softly linked entities together.'),
  })
  .superRefine(checkEncoder)
  .transform((given) => ({ ...given, ...filled('teacher')(given) }));

const scheduled = z.union([
  z.number().min(0),
  z.strictObject({ from: z.number().min(0), to: z.number().min(0) }),
]);

export const distillationSchema = z.strictObject({
  feature: scheduled
    .default(1)
    .describe(
      'Weight of feature distillation, of entity and of relation vectors. A number, or from and to: linear over the epochs.',
    ),
  network: scheduled.default(1).describe('Weight of network distillation.'),
  prediction: scheduled.default(0.5).describe('Weight of prediction distillation.'),
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
  candidates: z
    .enum(['all', 'sample'])
    .optional()
    .describe(
      'Among which the teacher chooses its answers: all linked entities, once a query, or those among a step’s own negatives and answers. Where absent: all of up to 100,000.',
    ),
  temperature: z.number().positive().default(1),
  top: z
    .number()
    .int()
    .min(1)
    .default(64)
    .describe("The teacher's likeliest answers kept a query; the tail's mass is not spread over the others."),
});

export const incrementalSchema = z.strictObject({
  epochs: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Epochs of a student that goes on from an earlier one.'),
  learningRate: trainingSchema.learningRate.describe(
    'A tenth of the highest rate of a whole training where absent.',
  ),
  replay: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe(
      'Share of the unchanged queries that is trained on beside the changed ones. Path encoders take all.',
    ),
  anchor: z
    .number()
    .min(0)
    .lt(1)
    .default(0.02)
    .describe('Share of the way back to its earlier vector that each step draws an entity.'),
  changed: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('What this is multiplied by for entities whose facts changed.'),
  frozen: z.array(name).default([]).describe('Labels whose entities keep their earlier vectors exactly.'),
});

export const studentSchema = z
  .strictObject({
    ...trainingSchema,
    dim: trainingSchema.dim.default(128),
    epochs: trainingSchema.epochs.default(30),
    batch: trainingSchema.batch.default(512),
    patience: trainingSchema.patience.default(4),
    evaluateEvery: trainingSchema.evaluateEvery.default(2),
    seed: trainingSchema.seed.default(1),
    hops: z.literal([0, 1]).default(0).describe('Reach of the linked subgraph.'),
    background: z.number().min(0).default(1).describe('Weight of the linked subgraph; 0 leaves it out.'),
    start: z
      .enum(['teacher', 'random'])
      .default('teacher')
      .describe(
        "What vectors begin with: the teacher's strongest dimensions, where both are of one encoder, complex or distmult; else random numbers.",
      ),
    backgroundRelations: z
      .enum(['all', 'target'])
      .default('all')
      .describe('Relations of the linked subgraph: all, or only those that the target itself uses.'),
    distillation: distillationSchema.prefault({}),
    incremental: incrementalSchema.prefault({}),
  })
  .superRefine(checkEncoder)
  .transform((given) => ({ ...given, ...filled('student')(given) }));

const range = (number: z.ZodNumber) =>
  z.tuple([number, number]).refine(([from, to]) => from < to, 'the first number is not below the second one');

export const searchSchema = z.strictObject({
  space: z
    .record(
      name,
      z.union([
        z.array(z.unknown()).min(1),
        z.strictObject({ log: range(z.number().positive()) }),
        z.strictObject({ uniform: range(z.number()) }),
        z.strictObject({ int: range(z.number().int()) }),
      ]),
    )
    .default({})
    .describe(
      'Setting → its values: "student.n3": { "log": [0.001, 0.1] }, { "uniform": [0, 1] }, { "int": [1, 9] }, or a list.',
    ),
  trials: z
    .number()
    .int()
    .min(1)
    .default(20)
    .describe('Trainings, the first one with the settings as they are.'),
  method: z
    .enum(['random', 'halving'])
    .default('random')
    .describe('Train all trials whole, or a third of them at each threefold of epochs.'),
  seed: z.number().int().min(0).default(1),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  sources: z.record(name, sourceSchema),
  alignments: z.array(alignmentSchema).default([]),
  heldOut: z
    .strictObject({
      valid: z.number().min(0).lt(1).default(0.05),
      test: z.number().min(0).lt(1).default(0.05),
      links: z
        .number()
        .min(0)
        .lt(1)
        .default(0)
        .describe(
          'Share of the links that training does not see: `evaluate --task alignment` asks for them.',
        ),
      key: z.string().default('kgmentor').describe('Key of the hash that chooses what is held out.'),
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
      most: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe(
          'Test facts that are ranked at most, of more a sample; if absent, as many as take 10¹⁰ scores, and 5,000 in any case.',
        ),
    })
    .prefault({}),
  teacher: teacherSchema.prefault({}),
  student: studentSchema.prefault({}),
  search: searchSchema.prefault({}),
  gate: gateSchema.prefault({}),
  schedules: z.record(name, scheduleSchema).default({}).describe('What `kgmentor schedule` runs, by name.'),
  feed: z
    .enum(['memory', 'cypher'])
    .default('memory')
    .describe('Where batches of a student come from: columns in memory, or Cypher while training.'),
  metrics: z
    .strictObject({
      port: z
        .number()
        .int()
        .min(0)
        .max(65535)
        .optional()
        .describe('Where trainings and what runs unattended serve /metrics and /healthz; nowhere if absent.'),
      host: name
        .default('127.0.0.1')
        .describe('Address that they are served on; nobody who reaches it is asked for a log-in.'),
    })
    .prefault({}),
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
export type SearchSettings = z.infer<typeof searchSchema>;
export type DistillationSettings = z.infer<typeof distillationSchema>;
