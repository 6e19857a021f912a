import { KgmentorError } from '../errors.js';

/** How a cell becomes a value: `confidence` is a number in (0, 1], `weight` one above 0. */
export type ValueType = 'string' | 'integer' | 'float' | 'boolean' | 'confidence' | 'weight';
export type CellValue = string | bigint | number | boolean;

/** A line that cannot be imported, named by file and line. */
export function badLine(
  where: string,
  found: string,
  expected: string,
  mend = 'Mend the line',
): KgmentorError {
  return new KgmentorError('BAD_DATA', `${where}: ${found}, ${expected} expected.`, {
    next: `${mend} and run the import again; nothing of this file was written.`,
  });
}

const RANGES: Record<'float' | 'confidence' | 'weight', [isIn: (value: number) => boolean, name: string]> = {
  float: [() => true, 'a number'],
  confidence: [(value) => value > 0 && value <= 1, 'a number in (0, 1]'],
  weight: [(value) => value > 0, 'a number above 0'],
};

/**
 * The value of a cell.
 *
 * @param mend what to do where it has none
 * @throws KgmentorError BAD_DATA where it is none of the type
 */
export function cellValue(
  cell: string,
  type: ValueType,
  where: string,
  column: string,
  mend?: string,
): CellValue {
  switch (type) {
    case 'string':
      return cell;
    case 'integer': {
      const value = /^[+-]?\d+$/.test(cell) ? BigInt(cell.replace(/^\+/, '')) : undefined;
      if (value !== undefined && BigInt.asIntN(64, value) === value) return value;
      throw badLine(where, `${column} is ${JSON.stringify(cell)}`, 'an integer of 64 bits', mend);
    }
    case 'boolean':
      if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
      throw badLine(where, `${column} is ${JSON.stringify(cell)}`, 'true or false', mend);
    default: {
      const value = cell.trim() === '' ? Number.NaN : Number(cell);
      const [isIn, expected] = RANGES[type];
      if (Number.isFinite(value) && isIn(value)) return value;
      throw badLine(where, `${column} is ${JSON.stringify(cell)}`, expected, mend);
    }
  }
}

/** The first name that no property can have beside the others: empty, with NUL, or there before. */
export function badProperty(names: readonly string[]): string | undefined {
  return names.find((name, i) => name === '' || name.includes('\0') || names.indexOf(name) !== i);
}

/**
 * Refuses what the caller named, before the first row is read.
 *
 * @throws KgmentorError USAGE
 */
export function checkedProperties(names: readonly string[], ...taken: readonly string[]): void {
  const bad = badProperty([...taken, ...names]);
  if (bad === undefined) return;
  throw new KgmentorError('USAGE', `${JSON.stringify(bad)} cannot be the name of one more property.`, {
    next: 'Choose names that are not empty, hold no NUL character, and differ from each other and the key.',
  });
}

/** Distinct values of one column, numbered in the order of their first appearance. */
export class Distinct<T> {
  readonly values: T[] = [];
  /** Where each value stood first. */
  readonly where: string[] = [];
  readonly #index = new Map<T, number>();
  readonly #keepWhere: boolean;

  constructor(options: { where?: boolean } = {}) {
    this.#keepWhere = options.where ?? false;
  }

  add(value: T, where: string): number {
    const known = this.#index.get(value);
    if (known !== undefined) return known;
    const index = this.values.length;
    this.#index.set(value, index);
    this.values.push(value);
    if (this.#keepWhere) this.where.push(where);
    return index;
  }
}
