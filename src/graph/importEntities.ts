import type { FileRow } from '../kg/fileRows.js';
import { badLine, badProperty, type CellValue, cellValue, type ValueType } from './importColumns.js';
import type { RowsFrom } from './importSource.js';
import type { NodeKey } from './importTriples.js';
import type { KeySet } from './keySet.js';

export interface EntityRows extends RowsFrom {
  readonly nodes: NodeKey;
  /** Names of the columns after the key; from the header row where absent. */
  readonly properties?: readonly string[];
  readonly types?: Readonly<Record<string, ValueType>>;
}

/** Rows of nodes as columns. */
export interface EntityColumns {
  readonly keys: readonly CellValue[];
  readonly properties: readonly Record<string, CellValue>[];
  readonly lines: number;
  readonly duplicates: number;
}

/**
 * The names of the columns after the key, from the header where the caller names none.
 *
 * @throws KgmentorError BAD_DATA with file and line
 */
export async function entityHeader(
  input: EntityRows,
  rows: AsyncIterator<FileRow>,
): Promise<readonly string[]> {
  const { properties: names } = input;
  if (!(input.header ?? names === undefined)) return names ?? [];
  const next = await rows.next();
  if (next.done) return names ?? [];
  const { cells, where } = next.value;
  if (cells.length === 1 && /[;\t]/.test(cells[0]))
    throw badLine(where, 'one column', 'columns separated by commas (.csv) or tabs (.tsv)');
  return names ?? checkedHeader(cells.slice(1), where, input.nodes.key);
}

/**
 * Takes and checks the next rows of nodes.
 *
 * @param earlier the keys of the rows before, to which these ones come; not looked at where absent
 * @returns undefined where no row is left
 * @throws KgmentorError BAD_DATA with file and line of a malformed row, or of a key that stands twice
 */
export async function takeEntities(
  input: EntityRows,
  columns: readonly string[],
  rows: AsyncIterator<FileRow>,
  most: number,
  earlier?: KeySet,
): Promise<EntityColumns | undefined> {
  const keys: CellValue[] = [];
  const properties: Record<string, CellValue>[] = [];
  const seen = new Map<CellValue, string>();
  while (keys.length < most) {
    const next = await rows.next();
    if (next.done) break;
    const { cells, where } = next.value;
    if (cells.length !== columns.length + 1) {
      throw badLine(
        where,
        `${cells.length} column${cells.length === 1 ? '' : 's'}`,
        `${columns.length + 1} (${['key', ...columns].join(', ')})`,
      );
    }
    if (cells[0] === '') throw badLine(where, 'an empty key', `a value of ${input.nodes.key}`);
    const key = cellValue(cells[0], input.nodes.keyType ?? 'string', where, 'the key');
    const before = seen.get(key);
    if (before !== undefined)
      throw badLine(where, `the key ${JSON.stringify(String(key))} of ${before} again`, 'each key once');
    if (earlier && !earlier.add(String(key)))
      throw badLine(
        where,
        `the key ${JSON.stringify(String(key))} of an earlier line again`,
        'each key once',
      );
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
  return keys.length === 0 ? undefined : { keys, properties, lines: keys.length, duplicates: 0 };
}

function checkedHeader(names: readonly string[], where: string, key: string): readonly string[] {
  const bad = badProperty([key, ...names]);
  if (bad === undefined) return names;
  throw badLine(where, `the column name ${JSON.stringify(bad)}`, 'a name, once, that is not the key’s');
}
