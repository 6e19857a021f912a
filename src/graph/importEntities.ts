import { KgmentorError } from '../errors.js';
import {
  badLine,
  badProperty,
  type CellValue,
  cellValue,
  checkedProperties,
  type RowsFrom,
  rowsFrom,
  type ValueType,
} from './importColumns.js';
import type { NodeKey } from './importTriples.js';

export interface EntityRows extends RowsFrom {
  readonly nodes: NodeKey;
  /** Names of the columns after the key; from the header row where absent. */
  readonly properties?: readonly string[];
  readonly types?: Readonly<Record<string, ValueType>>;
}

/**
 * Reads and checks all rows of a file of nodes before anything is written.
 *
 * @throws KgmentorError BAD_DATA with file and line; NO_DATA where there is no row.
 */
export async function readEntityColumns(
  input: EntityRows,
): Promise<{ keys: CellValue[]; properties: Record<string, CellValue>[] }> {
  let names = input.properties;
  if (names) checkedProperties(names, input.nodes.key);
  let header = input.header ?? names === undefined;
  const keys: CellValue[] = [];
  const properties: Record<string, CellValue>[] = [];
  const seen = new Map<CellValue, string>();
  for await (const { cells, where } of rowsFrom(input)) {
    if (header) {
      header = false;
      if (cells.length === 1 && /[;\t]/.test(cells[0]))
        throw badLine(where, 'one column', 'columns separated by commas (.csv) or tabs (.tsv)');
      names ??= checkedHeader(cells.slice(1), where, input.nodes.key);
      continue;
    }
    const columns = names ?? [];
    if (cells.length !== columns.length + 1) {
      throw badLine(
        where,
        `${cells.length} column${cells.length === 1 ? '' : 's'}`,
        `${columns.length + 1} (${['key', ...columns].join(', ')})`,
      );
    }
    if (cells[0] === '') throw badLine(where, 'an empty key', `a ${input.nodes.key}`);
    const key = cellValue(cells[0], input.nodes.keyType ?? 'string', where, 'the key');
    const before = seen.get(key);
    if (before !== undefined)
      throw badLine(where, `the key ${JSON.stringify(String(key))} of ${before} again`, 'each key once');
    seen.set(key, where);
    keys.push(key);
    properties.push(
      Object.fromEntries(
        columns.flatMap((name, i) => {
          const cell = cells[i + 1];
          return cell === ''
            ? []
            : [[name, cellValue(cell, input.types?.[name] ?? 'string', where, name)] as const];
        }),
      ),
    );
  }
  if (keys.length === 0) {
    throw new KgmentorError('NO_DATA', `${input.file ?? 'The rows'} held no entity.`, {
      next: 'Check the file.',
    });
  }
  return { keys, properties };
}

function checkedHeader(names: readonly string[], where: string, key: string): readonly string[] {
  const bad = badProperty([key, ...names]);
  if (bad === undefined) return names;
  throw badLine(where, `the column name ${JSON.stringify(bad)}`, 'a name, once, that is not the key’s');
}
