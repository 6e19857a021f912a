import { gaussians, seededRandom } from '../kg/random.js';
import type { Triples } from '../kg/types.js';
import type { Start } from '../model/model.js';
import { readTensors, type StoredTensor } from '../model/safetensors.js';
import { readFacts } from './folder.js';
import type { Job, TeacherLink } from './job.js';
import { teacherFile } from './teacherFile.js';
import { DEVIATION } from './warmStart.js';

/** Numbers of a vector that make one dimension: encoders whose score is a sum over dimensions, and no others. */
const PARTS: Readonly<Record<string, number>> = { complex: 2, distmult: 1 };

/** What a student took from its teacher's tables. */
export interface TeacherStart {
  /** Dimensions of a vector that are the teacher's, complex numbers where the encoder has them. */
  readonly dimensions: number;
  /** All that the teacher has. */
  readonly of: number;
  /** Their share of the scores that the teacher gives the target's training facts. */
  readonly share: number;
}

/**
 * Starting values of a student from its teacher. The score of ComplEx and DistMult is a sum over dimensions, so some
 * dimensions of a teacher are a model by themselves: those are taken that say most of the target's training facts. Rows
 * without a counterpart, and dimensions beyond the teacher's, begin at random.
 *
 * @param folder the student's run
 * @returns undefined where nothing is to be taken: without a teacher or a link to it, by the settings, or where both are
 * not of one such encoder
 * @example
 * createTrainer(job, { start: teacherStart(folder, job)?.start });
 */
export function teacherStart(
  folder: string,
  { teacher: link, settings }: Job,
): { start: Start; taken: TeacherStart } | undefined {
  const parts = PARTS[settings.encoder];
  if (!link || !parts || !('start' in settings) || settings.start === 'random') return undefined;
  if (link.row.every((row) => row < 0)) return undefined;
  const { tensors, metadata } = readTensors(teacherFile(link.folder));
  if (metadata.encoder !== settings.encoder || !tensors.entity || !tensors.relation) return undefined;
  const { dim, seed } = settings;
  const said = contributions(tensors, parts, link, readFacts(folder).split.train);
  const order = [...said.keys()].sort((a, b) => said[b] - said[a] || a - b).slice(0, dim / parts);
  const take = ({ shape: [, width], data: from }: StoredTensor, rows: Int32Array, stream: number) => {
    const data = gaussians(rows.length * dim, DEVIATION, seededRandom(seed, stream));
    for (const [i, row] of rows.entries())
      for (let part = 0; row >= 0 && part < parts; part++)
        for (const [k, dimension] of order.entries())
          data[i * dim + (part * dim) / parts + k] = (from as Float32Array)[
            row * width + part * said.length + dimension
          ];
    return { shape: [rows.length, dim], data };
  };
  const sum = (dimensions: readonly number[]) =>
    dimensions.reduce((all, dimension) => all + Math.max(0, said[dimension]), 0);
  return {
    start: {
      entity: take(tensors.entity, link.row, 101),
      relation: take(tensors.relation, link.relation, 102),
    },
    taken: {
      dimensions: order.length,
      of: said.length,
      share: sum(order) / Math.max(sum([...said.keys()]), Number.MIN_VALUE),
    },
  };
}

/** What each dimension of the teacher adds to the scores of facts, summed: Re⟨h, r, conj(t)⟩ a dimension. */
function contributions(
  { entity, relation }: Readonly<Record<string, StoredTensor>>,
  parts: number,
  link: TeacherLink,
  facts: Triples,
): Float64Array {
  const [, width] = entity.shape;
  const dimensions = width / parts;
  const out = new Float64Array(dimensions);
  const e = entity.data as Float32Array;
  const r = relation.data as Float32Array;
  for (const [i, id] of facts.relation.entries()) {
    const [h, at, t] = [link.row[facts.head[i]], link.relation[id], link.row[facts.tail[i]]];
    if (h < 0 || at < 0 || t < 0) continue;
    for (let k = 0; k < dimensions; k++) {
      const [a, b, c] = [e[h * width + k], r[at * width + k], e[t * width + k]];
      if (parts === 1) {
        out[k] += a * b * c;
        continue;
      }
      const [ai, bi, ci] = [
        e[h * width + dimensions + k],
        r[at * width + dimensions + k],
        e[t * width + dimensions + k],
      ];
      out[k] += (a * b - ai * bi) * c + (a * bi + ai * b) * ci;
    }
  }
  return out;
}
