import { KgmentorError } from '../../errors.js';
import { readFileRows } from '../../kg/fileRows.js';
import { readNpy } from '../../model/npy.js';
import { listTensors, readTensors, type StoredTensor } from '../../model/safetensors.js';
import { Rows } from './rows.js';

/** Vectors as a file holds them. */
export interface RawTable {
  readonly file: string;
  readonly rows: number;
  /** Numbers a row; two for each complex one. */
  readonly width: number;
  /** [rows, width] */
  readonly data: Float32Array;
  /** Complex numbers lie as re, im, re, im, …; real where absent, or all real parts before all imaginary ones. */
  readonly isPaired: boolean;
  /** Of each row, where the file has them. */
  readonly names?: readonly string[];
}

const ROLES = {
  entity: /entit/i,
  relation: /relation|(^|[._/])rel([._/]|$)/i,
} as const;

/**
 * Reads a table of vectors: a tensor of a `.safetensors` file, an array of NumPy (`.npy`), or lines of numbers parted
 * by tabs, plain or `.gz`, whose first column is the name unless the names lie in a file of their own.
 *
 * @param options.tensor name of the tensor; found by what it is called where absent
 * @param options.isNamed whether the first column of a text file is the name
 * @throws KgmentorError BAD_DATA for a damaged file, rows of unequal length or numbers that are not finite; USAGE where
 *   the tensor cannot be told
 */
export async function readTable(
  file: string,
  options: { role: keyof typeof ROLES; tensor?: string; isNamed: boolean },
): Promise<RawTable> {
  if (file.endsWith('.safetensors')) return rawTable(file, tensorOf(file, options));
  if (file.endsWith('.npy')) return rawTable(file, readNpy(file));
  return readText(file, options.isNamed);
}

function tensorOf(
  file: string,
  { role, tensor }: { role: keyof typeof ROLES; tensor?: string },
): StoredTensor {
  const all = listTensors(file);
  const tables = Object.keys(all).filter((name) => all[name].shape.length >= 2);
  const fits = tables.filter((name) => (tensor ? name === tensor : ROLES[role].test(name)));
  if (fits.length !== 1)
    throw new KgmentorError(
      'USAGE',
      tensor
        ? `${file} has no table ${JSON.stringify(tensor)}.`
        : `Which tensor of ${file} is the ${role} table cannot be told: ${fits.length} are called so.`,
      {
        next: `Name one with --${role}-tensor: it has ${tables.map((name) => `${name} (${all[name].shape.join(' × ')})`).join(', ') || 'none'}.`,
      },
    );
  return readTensors(file, (name) => name === fits[0]).tensors[fits[0]];
}

function rawTable(file: string, { shape, data }: StoredTensor): RawTable {
  const isPaired = shape.length === 3 && shape[2] === 2;
  if ((shape.length !== 2 && !isPaired) || !(data instanceof Float32Array))
    throw new KgmentorError(
      'BAD_DATA',
      `${file} holds an array of shape ${shape.join(' × ')}, a table of floats expected.`,
      { next: 'Take a matrix of one vector a row.' },
    );
  const [rows] = shape;
  const width = shape[1] * (isPaired ? 2 : 1);
  return checkFinite({ file, rows, width, data, isPaired });
}

async function readText(file: string, isNamed: boolean): Promise<RawTable> {
  const names: string[] = [];
  const rows = new Rows();
  for await (const { cells, where } of readFileRows(file)) {
    if (isNamed) names.push(cells[0]);
    rows.add(cells, isNamed ? 1 : 0, where);
  }
  const { count, width, data } = rows.table();
  return { file, rows: count, width, data, isPaired: false, ...(isNamed && { names }) };
}

function checkFinite(table: RawTable): RawTable {
  const at = table.data.findIndex((x) => !Number.isFinite(x));
  if (at < 0) return table;
  throw new KgmentorError(
    'BAD_DATA',
    `${table.file} holds ${table.data[at]} in row ${Math.floor(at / table.width)}, a finite number expected.`,
    { next: 'The training there has diverged: train again with a smaller learning rate.' },
  );
}
