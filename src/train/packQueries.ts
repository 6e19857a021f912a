/** Questions as stored tensors, on their way to the training process. */
import type { PathQueries, Ranked, RankingQueries } from '../evaluate/types.js';
import type { StoredTensor } from '../model/safetensors.js';

type Stored = Readonly<Record<string, StoredTensor>>;

export const column = (data: Int32Array | Float32Array): StoredTensor => ({ shape: [data.length], data });

export const packRanking = (name: string, queries: RankingQueries): Record<string, StoredTensor> => ({
  [`${name}/entity`]: column(queries.entity),
  [`${name}/relation`]: column(queries.relation),
  ...packRanked(name, queries),
});

export const unpackRanking = (name: string, tensors: Stored): RankingQueries => ({
  entity: ids(tensors, `${name}/entity`),
  relation: ids(tensors, `${name}/relation`),
  ...unpackRanked(name, tensors),
});

export const packPaths = (name: string, queries: PathQueries): Record<string, StoredTensor> => ({
  [`${name}/entity`]: column(queries.entity),
  ...Object.fromEntries(queries.relation.map((hop, i) => [`${name}/relation.${i}`, column(hop)])),
  ...packRanked(name, queries),
});

export const unpackPaths = (name: string, tensors: Stored): PathQueries => ({
  entity: ids(tensors, `${name}/entity`),
  relation: numbered(tensors, `${name}/relation`),
  ...unpackRanked(name, tensors),
});

const packRanked = (name: string, queries: Ranked): Record<string, StoredTensor> => ({
  [`${name}/answer`]: column(queries.answer),
  [`${name}/filter.offset`]: column(queries.filter.offset),
  [`${name}/filter.entity`]: column(queries.filter.entity),
  ...(queries.filter.list && { [`${name}/filter.list`]: column(queries.filter.list) }),
  ...(queries.candidates && {
    [`${name}/set`]: column(queries.candidates.set),
    ...Object.fromEntries(
      queries.candidates.members.map((members, i) => [`${name}/members.${i}`, column(members)]),
    ),
  }),
});

function unpackRanked(name: string, tensors: Stored): Ranked {
  const members = numbered(tensors, `${name}/members`);
  return {
    answer: ids(tensors, `${name}/answer`),
    filter: {
      offset: ids(tensors, `${name}/filter.offset`),
      entity: ids(tensors, `${name}/filter.entity`),
      ...(tensors[`${name}/filter.list`] && { list: ids(tensors, `${name}/filter.list`) }),
    },
    ...(members.length > 0 && { candidates: { set: ids(tensors, `${name}/set`), members } }),
  };
}

const ids = (tensors: Stored, name: string): Int32Array => tensors[name].data as Int32Array;

function numbered(tensors: Stored, name: string): Int32Array[] {
  const columns: Int32Array[] = [];
  while (tensors[`${name}.${columns.length}`]) columns.push(ids(tensors, `${name}.${columns.length}`));
  return columns;
}
