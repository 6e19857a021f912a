import { readFileSync } from 'node:fs';
import { KgmentorError } from '../../errors.js';
import { type FileRow, readFileRows } from '../../kg/fileRows.js';

/**
 * Reads the names of a table's rows, in the order of the rows: a JSON list (PyTorch-BigGraph), lines of number and
 * name (DGL-KE), the same below a head line (PyKEEN), or one name a line; text may be `.gz`.
 *
 * @throws KgmentorError BAD_DATA where numbers are missing or repeated, or a name is
 * @example
 * await readNames('entity_to_id.tsv.gz'); // ['films:f1', 'films:f10', …]
 */
export async function readNames(file: string): Promise<string[]> {
  const names = file.endsWith('.json') ? fromJson(file) : await fromLines(file);
  const rowOf = new Map<string, number>();
  for (const [row, name] of names.entries()) {
    const other = rowOf.get(name);
    if (other !== undefined)
      throw new KgmentorError(
        'BAD_DATA',
        `${file} gives the name ${JSON.stringify(name)} to the rows ${other} and ${row}.`,
        { next: 'Each row needs a name of its own: mend the file.' },
      );
    rowOf.set(name, row);
  }
  return names;
}

function fromJson(file: string): string[] {
  let names: unknown;
  try {
    names = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new KgmentorError('BAD_DATA', `${file} cannot be read as JSON: ${(cause as Error).message}.`, {
      next: 'Name the list of names that belongs to the table.',
      cause,
    });
  }
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new KgmentorError('BAD_DATA', `${file} is no list of names.`, {
    next: 'Name the list of names that belongs to the table.',
  });
}

const HEADS = ['id\tlabel', 'label\tid'];

async function fromLines(file: string): Promise<string[]> {
  const lines: FileRow[] = [];
  for await (const line of readFileRows(file, 'tsv')) lines.push(line);
  if (lines.every(({ cells }) => cells.length === 1)) return lines.map(({ cells }) => cells[0]);
  const wrong = lines.find(({ cells }) => cells.length !== 2);
  if (wrong)
    throw new KgmentorError(
      'BAD_DATA',
      `${wrong.where}: ${wrong.cells.length} columns, number and name expected.`,
      {
        next: 'Name the file of names that belongs to the table.',
      },
    );
  const head = HEADS.indexOf(lines[0].cells.join('\t'));
  const body = head < 0 ? lines : lines.slice(1);
  const isNumbered = (column: number) => {
    const seen = new Set(body.map(({ cells }) => cells[column]));
    return body.every((_, row) => seen.has(String(row)));
  };
  const columns = head < 0 ? [0, 1] : [head];
  const number = columns.find(isNumbered);
  if (number === undefined)
    throw new KgmentorError('BAD_DATA', `${file} does not number its names from 0 to ${body.length - 1}.`, {
      next: 'Name the file of names that belongs to the table.',
    });
  const names = new Array<string>(body.length);
  // Below a head line stands what pandas wrote, which puts some cells in quotes.
  const plain = (cell: string) =>
    head >= 0 && /^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
  for (const { cells } of body) names[Number(cells[number])] = plain(cells[1 - number]);
  return names;
}
