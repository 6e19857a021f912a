import { KgmentorError } from '../../errors.js';
import { readFileRows } from '../../kg/fileRows.js';
import type { RelationTable } from './convert.js';
import { Rows } from './rows.js';
import { FORMULAS, type Scoring } from './scoring.js';

/** PyTorch-BigGraph's operators that are scoring functions here, and their parameters; plurals are dynamic relations'. */
const OPERATORS: Partial<Record<Scoring, { operator: string; parameters: readonly RegExp[] }>> = {
  complex: { operator: 'complex_diagonal', parameters: [/^real$/, /^imag$/] },
  distmult: { operator: 'diagonal', parameters: [/^diagonals?$/] },
  transe: { operator: 'translation', parameters: [/^translations?$/] },
};

/**
 * Reads the relation file of `torchbiggraph_export_to_tsv`: lines of relation, side, operator, parameter, shape and
 * numbers. BigGraph applies an operator to the entity that is given: the right-hand side's operator to a tail that
 * asks for heads, and with dynamic relations the left-hand side's to a head that asks for tails. So the former are the
 * reciprocal relations and the latter the relations, which are derived where there are none.
 *
 * @throws KgmentorError BAD_DATA for another file, another operator than the scoring function's, or missing parameters
 */
export async function readOperators(
  file: string,
  scoring: Scoring,
  entityWidth: number,
): Promise<RelationTable> {
  const wanted = OPERATORS[scoring];
  if (!wanted)
    throw new KgmentorError('USAGE', `PyTorch-BigGraph has no operator for ${scoring}.`, {
      next: `Train ${Object.keys(OPERATORS).join(', ')} there.`,
    });
  /** Side → relation → parts of its vector. */
  const sides = { lhs: new Map<string, Float32Array[]>(), rhs: new Map<string, Float32Array[]>() };
  for await (const { cells, where } of readFileRows(file, 'tsv')) {
    const [name, side, operator, parameter] = cells;
    if ((side !== 'lhs' && side !== 'rhs') || cells.length < 6)
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: relation, lhs or rhs, operator, parameter, shape and numbers expected.`,
        { next: 'Name what torchbiggraph_export_to_tsv wrote as --relation-types-output.' },
      );
    const place = wanted.parameters.findIndex((one) => one.test(parameter));
    if (operator !== wanted.operator || place < 0)
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: the operator ${operator} with ${parameter}, ${wanted.operator} expected for ${scoring}.`,
        { next: 'Name the scoring function that the tables were trained with by --scoring.' },
      );
    const rows = new Rows();
    rows.add(cells, 5, where);
    const parts = sides[side].get(name) ?? [];
    parts[place] = rows.table().data;
    sides[side].set(name, parts);
  }
  const names = [...new Set([...sides.lhs.keys(), ...sides.rhs.keys()])];
  const own = sides.lhs.size > 0;
  const vector = (side: 'lhs' | 'rhs', name: string): Float32Array => {
    const parts = sides[side].get(name) ?? [];
    const numbers = wanted.parameters.flatMap((_, i) => Array.from(parts[i] ?? []));
    if (numbers.length !== entityWidth)
      throw new KgmentorError(
        'BAD_DATA',
        `${file}: the relation ${JSON.stringify(name)} has ${numbers.length} numbers on the side ${side}, ${entityWidth} expected.`,
        { next: 'Take both tables from one training.' },
      );
    return Float32Array.from(numbers);
  };
  const data = new Float32Array(2 * names.length * entityWidth);
  for (const [r, name] of names.entries()) {
    const reciprocal = vector('rhs', name);
    data.set(own ? vector('lhs', name) : FORMULAS[scoring].inverse(reciprocal), r * entityWidth);
    data.set(reciprocal, (r + names.length) * entityWidth);
  }
  return { names, width: entityWidth, data, ownReciprocals: own };
}
