import { KgmentorError } from '../../errors.js';
import { type Engine, FORMULAS, type Scoring } from './scoring.js';
import type { RawTable } from './table.js';

/** Relation vectors as a teacher holds them. */
export interface RelationTable {
  readonly names: readonly string[];
  readonly width: number;
  /** [2R, width]: the relations, then their reciprocals. */
  readonly data: Float32Array;
  /** Whether the reciprocals were trained, not derived from the relations. */
  readonly ownReciprocals: boolean;
}

/** Whether a table's complex numbers lie as re, im, re, im, …: PyKEEN's always do. */
const isPaired = (table: RawTable, scoring: Scoring, engine?: Engine): boolean =>
  table.isPaired || (engine === 'pykeen' && FORMULAS[scoring].isComplex);

/** re, im, re, im, … → all real parts, then all imaginary ones. */
function halves({ rows, width, data }: RawTable): Float32Array {
  const out = new Float32Array(data.length);
  const half = width / 2;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < half; i++) {
      out[row * width + i] = data[row * width + 2 * i];
      out[row * width + half + i] = data[row * width + 2 * i + 1];
    }
  return out;
}

/**
 * The entity table as a teacher holds it: complex numbers as [re | im].
 *
 * @throws KgmentorError BAD_DATA where its width does not fit the scoring function
 */
export function entityVectors(table: RawTable, scoring: Scoring, engine?: Engine): Float32Array {
  const { isComplex } = FORMULAS[scoring];
  if (isComplex ? table.width % 2 !== 0 : table.isPaired)
    throw new KgmentorError(
      'BAD_DATA',
      `${table.file} has rows of ${table.isPaired ? `${table.width / 2} complex` : table.width} numbers, ${isComplex ? 'an even number' : 'real ones'} expected for ${scoring}.`,
      { next: 'Name the scoring function that the tables were trained with by --scoring.' },
    );
  return isPaired(table, scoring, engine) ? halves(table) : table.data;
}

/**
 * The relation table as a teacher holds it. Of twice as many rows as names, the others are trained inverse relations:
 * each behind its relation where PyKEEN wrote them, else all behind all relations.
 *
 * @param entityWidth numbers of an entity vector
 * @throws KgmentorError BAD_DATA where rows and names, or the widths, do not fit each other
 */
export function relationVectors(
  table: RawTable,
  names: readonly string[],
  options: { scoring: Scoring; engine?: Engine; entityWidth: number },
): RelationTable {
  const { scoring, engine, entityWidth } = options;
  const { isPhase, inverse } = FORMULAS[scoring];
  const relations = names.length;
  const own = table.rows === 2 * relations;
  if (!own && table.rows !== relations)
    throw new KgmentorError(
      'BAD_DATA',
      `${table.file} has ${table.rows} rows, ${relations} expected by their names, or ${2 * relations} with inverse relations.`,
      { next: 'Name the file of names that belongs to the table.' },
    );
  const isAngles = isPhase && table.width === entityWidth / 2 && !table.isPaired;
  if (!isAngles && table.width !== entityWidth)
    throw new KgmentorError(
      'BAD_DATA',
      `${table.file} has rows of ${table.width} numbers, ${entityWidth}${isPhase ? ` or ${entityWidth / 2}` : ''} expected of ${scoring} with entities of ${entityWidth}.`,
      { next: 'Take both tables from one training.' },
    );
  const values = !isAngles && isPaired(table, scoring, engine) ? halves(table) : table.data;
  const width = isPhase ? entityWidth / 2 : table.width;
  const at = (row: number, name: string) => {
    const vector = values.subarray(row * table.width, (row + 1) * table.width);
    return isPhase && !isAngles ? phases(vector, name, table.file) : vector;
  };
  const data = new Float32Array(2 * relations * width);
  const [step, toInverse] = own && engine === 'pykeen' ? [2, 1] : [1, relations];
  for (const [r, name] of names.entries()) {
    const vector = at(step * r, name);
    data.set(vector, r * width);
    data.set(own ? at(step * r + toInverse, name) : inverse(vector), (r + relations) * width);
  }
  return { names, width, data, ownReciprocals: own };
}

/** Complex numbers of modulus 1 → their angles in (−π, π]. */
function phases(vector: Float32Array, name: string, file: string): Float32Array {
  const half = vector.length / 2;
  const out = new Float32Array(half);
  for (let i = 0; i < half; i++) {
    const [re, im] = [vector[i], vector[half + i]];
    const modulus = Math.hypot(re, im);
    if (Math.abs(modulus - 1) > 1e-3)
      throw new KgmentorError(
        'BAD_DATA',
        `${file}: the relation ${JSON.stringify(name)} has a complex number of modulus ${modulus.toFixed(3)}, 1 expected of rotate.`,
        { next: 'Name the scoring function that the tables were trained with by --scoring.' },
      );
    out[i] = Math.atan2(im, re);
  }
  return out;
}
