/** Teachers that other engines trained on the two rings of `test/_rings.ts`; `fixtures/README.md` says how. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareKeys, entityKey } from '../../../src/kg/keys.js';
import type { Dataset, SourceGraph } from '../../../src/kg/types.js';
import type { ImportTeacherInput } from '../../../src/train/importTeacher/importTeacher.js';
import type { Engine, Scoring } from '../../../src/train/importTeacher/scoring.js';
import { RING, RING_RELATIONS } from '../../_rings.js';
import { alignments } from '../../kg/_links.js';

export const FIXTURES = fileURLToPath(
  new URL('../../../../test/train/importTeacher/fixtures/', import.meta.url),
);

/** What an engine itself scores: all entities as tails, and as heads, for some queries. */
export interface EngineScores {
  readonly entities: readonly string[];
  readonly tails: readonly { head: string; relation: string; scores: readonly number[] }[];
  readonly heads: readonly { relation: string; tail: string; scores: readonly number[] }[];
}

export interface Fixture {
  readonly engine: Engine;
  readonly scoring: Scoring;
  /** Relative to {@link FIXTURES}. */
  readonly files: Pick<ImportTeacherInput, 'entities' | 'relations' | 'entityNames' | 'relationNames'>;
}

const pykeen = (scoring: Scoring): Fixture => ({
  engine: 'pykeen',
  scoring,
  files: {
    entities: `pykeen/${scoring}/tables.safetensors`,
    entityNames: `pykeen/${scoring}/entity_to_id.tsv.gz`,
    relationNames: `pykeen/${scoring}/relation_to_id.tsv.gz`,
  },
});
const dglKe = (scoring: Scoring, model: string): Fixture => ({
  engine: 'dgl-ke',
  scoring,
  files: {
    entities: `dgl-ke/${scoring}/joint_${model}_entity.npy`,
    relations: `dgl-ke/${scoring}/joint_${model}_relation.npy`,
    entityNames: `dgl-ke/${scoring}/entities.tsv`,
    relationNames: `dgl-ke/${scoring}/relations.tsv`,
  },
});
const bigGraph = (scoring: Scoring): Fixture => ({
  engine: 'pbg',
  scoring,
  files: { entities: `pbg/${scoring}/entities.tsv`, relations: `pbg/${scoring}/relations.tsv` },
});

export const fixtures: readonly Fixture[] = [
  pykeen('complex'),
  pykeen('distmult'),
  pykeen('transe'),
  pykeen('rotate'),
  dglKe('complex', 'ComplEx'),
  dglKe('transe', 'TransE_l2'),
  bigGraph('complex'),
  bigGraph('transe'),
];

/** A fixture as it is imported. */
export const inputOf = ({ engine, scoring, files }: Fixture, dataset: Dataset): ImportTeacherInput => ({
  dataset,
  engine,
  scoring,
  ...(Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, path.join(FIXTURES, file)]),
  ) as Fixture['files']),
});

export const scoresOf = ({ engine, scoring }: Fixture): EngineScores =>
  JSON.parse(readFileSync(path.join(FIXTURES, engine, scoring, 'scores.json'), 'utf8'));

/** The rings as they are read from the graph, without their links. */
export function ringDataset(): Dataset {
  const relations = [...RING_RELATIONS].sort(compareKeys);
  const source = (name: string, label: string, prefix: string): SourceGraph => {
    const numbers = [...Array(RING).keys()];
    const key = (i: number) => entityKey(label, [`${prefix}${i % RING}`]);
    const keys = numbers.map(key).sort(compareKeys);
    const facts = RING_RELATIONS.flatMap((relation, r) =>
      numbers.map((i) => [keys.indexOf(key(i)), relations.indexOf(relation), keys.indexOf(key(i + r + 1))]),
    );
    const column = (c: number) => Int32Array.from(facts, (fact) => fact[c]);
    return {
      name,
      entities: { keys, labels: [label], label: new Int32Array(RING) },
      triples: { head: column(0), relation: column(1), tail: column(2) },
    };
  };
  return {
    sources: [source('films', 'Film', 'f'), source('books', 'Book', 'b')],
    relations,
    alignments: alignments([]),
  };
}
