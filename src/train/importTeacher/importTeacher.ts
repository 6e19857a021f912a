import { KgmentorError } from '../../errors.js';
import { datasetDigest } from '../../kg/digest.js';
import { spaceless } from '../../kg/entityNames.js';
import type { Dataset, Triples } from '../../kg/types.js';
import type { StoredTensor } from '../../model/safetensors.js';
import type { ModelEntities } from '../folder.js';
import { readOperators } from './bigGraph.js';
import { entityVectors, type RelationTable, relationVectors } from './convert.js';
import { matchNames, type Unknown, unknownOf } from './matchNames.js';
import { readNames } from './nameFile.js';
import { type Engine, FORMULAS, type Scoring } from './scoring.js';
import { readTable } from './table.js';

export interface ImportTeacherInput {
  /** The sources that the teacher's names are looked up in. */
  readonly dataset: Dataset;
  readonly scoring: Scoring;
  /** Whose way with tables they follow: order of complex numbers and of inverse relations, sides of operators. */
  readonly engine?: Engine;
  /** `.safetensors`, `.npy`, or text with a name a line. */
  readonly entities: string;
  /** The same file where absent. */
  readonly relations?: string;
  /** Names of the rows, needed where the table has none. */
  readonly entityNames?: string;
  readonly relationNames?: string;
  /** Tensors of `.safetensors` files; told by their names where absent. */
  readonly entityTensor?: string;
  readonly relationTensor?: string;
  /** The one source that names without a source mean; all where absent. */
  readonly source?: string;
}

/** What of a teacher made elsewhere fits this graph. */
export interface ImportReport {
  readonly scoring: Scoring;
  readonly geometry: 'dot' | 'l2';
  /** Numbers an entity vector. */
  readonly dim: number;
  /** Entities that are taken. */
  readonly rows: number;
  readonly relations: number;
  /** Trained inverse relations, or inverses derived from the relations by the formula. */
  readonly reciprocals: 'trained' | 'derived';
  readonly sources: readonly { readonly source: string; readonly entities: number; readonly known: number }[];
  /** Names that no entity of the sources has; their rows are left out. */
  readonly unknownEntities: Unknown;
  /** Names that no relation of the sources has; they stay, and nobody asks for them. */
  readonly unknownRelations: Unknown;
}

/** A teacher made elsewhere, checked and in kgmentor's form, before it is written. */
export interface ImportedTeacher {
  readonly report: ImportReport;
  readonly entities: ModelEntities;
  /** [rows, dim] */
  readonly entity: StoredTensor;
  /** [2R, width], reciprocal relations after the relations. */
  readonly relation: StoredTensor;
  readonly dataDigest: string;
  readonly engine?: Engine;
}

/**
 * Reads a teacher that was trained elsewhere and finds the entities of this graph in it; writes nothing.
 *
 * @throws KgmentorError BAD_DATA where tables, names and scoring function do not fit each other, numbers are not
 *   finite, or no entity is of the sources; NO_DATA for a missing file; USAGE where more must be said
 * @example
 * const teacher = await readTeacher({ dataset, scoring: 'complex', engine: 'pykeen', entities: 'tables.safetensors',
 *   entityNames: 'entity_to_id.tsv.gz', relationNames: 'relation_to_id.tsv.gz' });
 * writeTeacher('runs/imported', 'imported', teacher);
 */
export async function readTeacher(input: ImportTeacherInput): Promise<ImportedTeacher> {
  const { dataset, scoring, engine } = input;
  if (engine === 'dgl-ke' && scoring === 'rotate')
    throw new KgmentorError(
      'USAGE',
      "DGL-KE's rotate adds up the distances of single complex numbers, kgmentor's takes the root of their squares: they order answers differently.",
      { next: 'Train ComplEx, DistMult or TransE_l2 with DGL-KE.' },
    );
  const { sources } = dataset;
  if (input.source !== undefined && !sources.some(({ name }) => name === input.source))
    throw new KgmentorError('USAGE', `The source ${JSON.stringify(input.source)} was not read.`, {
      next: `There are ${sources.map(({ name }) => name).join(', ')}.`,
    });
  if (input.relations === undefined && !input.entities.endsWith('.safetensors'))
    throw new KgmentorError('USAGE', `${input.entities} holds one table, the entities’.`, {
      next: 'Name the file of the relations with --relations; only a .safetensors file may hold both.',
    });
  const table = await readTable(input.entities, {
    role: 'entity',
    tensor: input.entityTensor,
    isNamed: input.entityNames === undefined,
  });
  const names = table.names ?? (await namesOf('entity', input.entityNames));
  if (names.length !== table.rows)
    throw new KgmentorError(
      'BAD_DATA',
      `${table.file} has ${table.rows} rows, ${names.length} expected by their names in ${input.entityNames}.`,
      { next: 'Name the file of names that belongs to the table.' },
    );
  const values = entityVectors(table, scoring, engine);
  const relations = await readRelations(input, table.width);
  const { known, unknown } = matchNames(names, sources, input.source);
  const entity = new Float32Array(known.length * table.width);
  for (const [i, { row }] of known.entries())
    entity.set(values.subarray(row * table.width, (row + 1) * table.width), i * table.width);
  const taken = sources.map((_, s) =>
    known.flatMap(({ place }, row) => (place.source === s ? [{ entity: place.entity, row }] : [])),
  );
  const degrees = sources.map(({ entities, triples }) => degreesOf(entities.keys.length, triples));
  const nameOf = new Map(
    dataset.relations.flatMap((name) => [[spaceless(name), name] as const, [name, name] as const]),
  );
  return {
    report: {
      scoring,
      geometry: FORMULAS[scoring].geometry,
      dim: table.width,
      rows: known.length,
      relations: relations.names.length,
      reciprocals: relations.ownReciprocals ? 'trained' : 'derived',
      sources: sources.map(({ name, entities }, s) => ({
        source: name,
        entities: entities.keys.length,
        known: taken[s].length,
      })),
      unknownEntities: unknown,
      unknownRelations: unknownOf(relations.names.filter((name) => !nameOf.has(name))),
    },
    entities: {
      sources: sources.flatMap(({ name, entities: { keys, labels } }, s) => {
        if (taken[s].length === 0) return [];
        return [
          {
            name,
            labels,
            keys: taken[s].map((one) => keys[one.entity]),
            rows: taken[s].map(({ row }) => row),
          },
        ];
      }),
      relations: relations.names.map((name) => nameOf.get(name) ?? name),
      degree: known.map(({ place }) => degrees[place.source][place.entity]),
    },
    entity: { shape: [known.length, table.width], data: entity },
    relation: { shape: [2 * relations.names.length, relations.width], data: relations.data },
    dataDigest: datasetDigest(dataset),
    ...(engine && { engine }),
  };
}

async function readRelations(input: ImportTeacherInput, entityWidth: number): Promise<RelationTable> {
  const { scoring, engine, relations: file = input.entities } = input;
  if (engine === 'pbg') return readOperators(file, scoring, entityWidth);
  const isNamed = input.relationNames === undefined;
  const table = await readTable(file, { role: 'relation', tensor: input.relationTensor, isNamed });
  const names = table.names ?? (await namesOf('relation', input.relationNames));
  return relationVectors(table, names, { scoring, engine, entityWidth });
}

async function namesOf(role: 'entity' | 'relation', file: string | undefined): Promise<readonly string[]> {
  if (file !== undefined) return readNames(file);
  throw new KgmentorError('USAGE', `The ${role} table has no names of its own.`, {
    next: `Name a file of them with --${role}-names: a JSON list, lines of number and name, or one name a line.`,
  });
}

/** Entity → facts at it. */
function degreesOf(entities: number, { head, tail }: Triples): Int32Array {
  const degree = new Int32Array(entities);
  for (const ends of [head, tail]) for (const entity of ends) degree[entity]++;
  return degree;
}
