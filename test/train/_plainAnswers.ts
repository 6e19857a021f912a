/** A model's answers from its saved numbers, one at a time. */
import { readJob } from '../../src/train/job.js';
import { plainBeam } from '../evaluate/_plainBeam.js';
import { plainScores, savedRows } from './_plainRanks.js';

/** Scores of all candidates as answers to a path of relations; undefined where nothing is known. */
export type PlainAnswers = (from: number, path: readonly number[]) => readonly number[] | undefined;

/** What a student row or relation is to whoever is asked; below 0 where it is nothing. */
interface Rows {
  readonly entities: number;
  readonly entity: (row: number) => number;
  readonly relation: (id: number) => number;
}

const same = (row: number) => row;
export const ownRows = (run: string): Rows => ({
  entities: readJob(run).entities,
  entity: same,
  relation: same,
});

/** The teacher's rows through the student's links. */
export function linkedRows(run: string): Rows & { readonly folder: string } {
  const { teacher, entities } = readJob(run);
  if (!teacher) throw new Error(`${run} has no teacher`);
  const { folder, row, relation } = teacher;
  return { folder, entities, entity: (one) => row[one], relation: (id) => relation[id] };
}

/** Score of each candidate of (from, relation, ?); -Infinity where the candidate is nothing to the model. */
export function singleScores(model: string, { entities, entity, relation }: Rows) {
  const score = plainScores(model);
  return (from: number, id: number): number[] | undefined => {
    if (entity(from) < 0 || relation(id) < 0) return undefined;
    return Array.from({ length: entities }, (_, to) =>
      entity(to) < 0 ? Number.NEGATIVE_INFINITY : score(entity(from), relation(id), entity(to)),
    );
  };
}

export function softmax(scores: readonly number[]): number[] {
  const exponentials = scores.map(Math.exp);
  const total = exponentials.reduce((a, b) => a + b);
  return exponentials.map((x) => x / total);
}

/** By beam search with a triple encoder. */
export function beamAnswers(model: string, rows: Rows, width: number): PlainAnswers {
  const scores = singleScores(model, rows);
  const cache = new Map<string, number[]>();
  const answers = (from: number, id: number): number[] => {
    const key = `${from} ${id}`;
    const found = cache.get(key) ?? softmax(scores(from, id) as number[]);
    cache.set(key, found);
    return found;
  };
  return (from, path) =>
    rows.entity(from) < 0 || path.some((id) => rows.relation(id) < 0)
      ? undefined
      : plainBeam(answers, from, path, width);
}

/** By a GRU of one layer that reads the path, the entities in between hidden. */
export function gruAnswers(model: string, rows: Rows): PlainAnswers {
  const { row, tensors } = savedRows(model);
  const dim = tensors.entity.shape[1];
  /** x · weight + bias */
  const linear = (x: readonly number[], weight: string, bias: string): number[] => {
    const columns = tensors[`weight.${bias}`].shape[0];
    const [w, b] = [tensors[`weight.${weight}`].data, tensors[`weight.${bias}`].data];
    return Array.from({ length: columns }, (_, j) =>
      x.reduce((sum, v, i) => sum + v * w[i * columns + j], b[j]),
    );
  };
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const step = (state: readonly number[], token: readonly number[]): number[] => {
    const input = linear(token, 'input0', 'inputBias0');
    const recurrent = linear(state, 'recurrent0', 'recurrentBias0');
    return state.map((h, i) => {
      const z = sigmoid(input[i] + recurrent[i]);
      const r = sigmoid(input[dim + i] + recurrent[dim + i]);
      const candidate = Math.tanh(input[2 * dim + i] + r * recurrent[2 * dim + i]);
      return (1 - z) * candidate + z * h;
    });
  };
  return (from, path) => {
    if (rows.entity(from) < 0 || path.some((id) => rows.relation(id) < 0)) return undefined;
    let state: number[] = Array(dim).fill(0);
    for (const [hop, id] of path.entries()) {
      state = step(state, hop === 0 ? row('entity', rows.entity(from)) : row('weight.hiddenEntity', 0));
      state = step(state, row('relation', rows.relation(id)));
    }
    const query = linear(state, 'output', 'outputBias');
    return Array.from({ length: rows.entities }, (_, to) =>
      rows.entity(to) < 0
        ? Number.NEGATIVE_INFINITY
        : row('entity', rows.entity(to)).reduce((sum, x, i) => sum + x * query[i], 0),
    );
  };
}
