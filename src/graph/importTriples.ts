import { KgmentorError } from '../errors.js';
import type { FileRow } from '../kg/fileRows.js';
import { badLine, type CellValue, cellValue, Distinct, type ValueType } from './importColumns.js';
import type { RowsFrom } from './importSource.js';

/** Label and key property of imported nodes; keys are strings unless the type says otherwise. */
export interface NodeKey {
  readonly label: string;
  readonly key: string;
  readonly keyType?: 'string' | 'integer';
}

/** Rows of triples as columns: sorted by head, relation and tail, each triple once. */
export interface TripleColumns {
  readonly heads: Distinct<CellValue>;
  /** The same object as `heads` where both ends have one label and key. */
  readonly tails: Distinct<CellValue>;
  readonly relations: Distinct<string>;
  readonly head: Int32Array;
  readonly relation: Int32Array;
  readonly tail: Int32Array;
  /** Properties of each triple where the file has further columns. */
  readonly properties?: readonly Record<string, CellValue>[];
  readonly lines: number;
  /** Lines that repeat a triple; the last one's properties count. */
  readonly duplicates: number;
}

export interface TripleRows extends RowsFrom {
  readonly nodes: NodeKey;
  /** Label and key of the tails where they differ. */
  readonly tails?: NodeKey;
  /** Names of the columns after the third; `["confidence"]` where absent, and then the column may be missing. */
  readonly properties?: readonly string[];
  /** Types of these columns; `confidence` has its own, all else is a string where absent. */
  readonly types?: Readonly<Record<string, ValueType>>;
  /** The relation of every row where the rows have none: two columns are the ends then. */
  readonly relation?: string;
}

/**
 * Takes and checks the next rows of triples.
 *
 * @returns undefined where no row is left
 * @throws KgmentorError BAD_DATA with file and line at the first row that is not head, relation and tail
 */
export async function takeTriples(
  input: TripleRows,
  rows: AsyncIterator<FileRow>,
  most: number,
): Promise<TripleColumns | undefined> {
  const { nodes, tails: tailNodes = nodes, relation: fixed } = input;
  const names = input.properties ?? ['confidence'];
  const required = (fixed === undefined ? 3 : 2) + (input.properties?.length ?? 0);
  const widest = (fixed === undefined ? 3 : 2) + names.length;
  const columns = `${fixed === undefined ? 'head, relation, tail' : 'the keys of both ends'}${names.map((n) => `, ${n}`).join('')}`;
  const mend = fixed === undefined && !input.properties ? UNNAMED : undefined;
  const heads = new Distinct<CellValue>({ where: true });
  const same = tailNodes.label === nodes.label && tailNodes.key === nodes.key;
  const tails = same ? heads : new Distinct<CellValue>({ where: true });
  const relations = new Distinct<string>();
  const ids: number[] = [];
  const properties: Record<string, CellValue>[] = [];
  for (let taken = 0; taken < most; taken++) {
    const next = await rows.next();
    if (next.done) break;
    const { cells, where } = next.value;
    if (cells.length < required || cells.length > widest) {
      const expected = required === widest ? `${widest}` : `${required} to ${widest}`;
      throw badLine(
        where,
        `${cells.length} column${cells.length === 1 ? '' : 's'}`,
        `${expected} (${columns})`,
      );
    }
    const [head, relation, tail] = fixed === undefined ? cells : [cells[0], fixed, cells[1]];
    if (head === '' || relation === '' || tail === '') throw badLine(where, 'an empty cell', columns);
    if (fixed === undefined) refuseHeader(cells, where);
    if (relation.includes('\0')) throw badLine(where, 'a relation with a NUL character', 'a name');
    ids.push(
      heads.add(cellValue(head, nodes.keyType ?? 'string', where, 'the head'), where),
      relations.add(relation, where),
      tails.add(cellValue(tail, tailNodes.keyType ?? 'string', where, 'the tail'), where),
    );
    const rest = cells.slice(fixed === undefined ? 3 : 2);
    if (rest.length > 0 || properties.length > 0) {
      properties.length = ids.length / 3 - 1;
      properties.push(propertiesOf(rest, names, input.types ?? {}, where, mend));
    }
  }
  if (ids.length === 0) return undefined;
  return { heads, tails, relations, ...sortedOnce(ids, properties) };
}

/** How files call their columns of heads, relations and tails. */
const COLUMN_NAMES = [
  /^(head|subject|source|src|from|start)([_ ]?(id|key|entity|node))?$/i,
  /^(rel|relation|relation[_ ]?type|relationship|predicate|property|edge|type)$/i,
  /^(tail|object|target|dst|to|end)([_ ]?(id|key|entity|node))?$/i,
];

/** Names of columns are no fact, neither in the first line nor where files were joined. */
function refuseHeader(cells: readonly string[], where: string): void {
  if (!COLUMN_NAMES[1].test(cells[1]) || !COLUMN_NAMES.every((names, i) => names.test(cells[i]))) return;
  throw new KgmentorError(
    'BAD_DATA',
    `${where}: ${cells.slice(0, 3).join(', ')} are names of columns, as it looks, and no fact.`,
    { next: 'Add --header where it is the first line; take it out elsewhere.' },
  );
}

/** A fourth column of facts that nobody named is taken for a confidence. */
const UNNAMED =
  'Mend the line, or name the property of the fourth column where it is a weight (`--weight PROPERTY`),';

function propertiesOf(
  cells: readonly string[],
  names: readonly string[],
  types: Readonly<Record<string, ValueType>>,
  where: string,
  mend?: string,
): Record<string, CellValue> {
  const entries = cells.flatMap((cell, i) => {
    const type = types[names[i]] ?? (names[i] === 'confidence' ? 'confidence' : 'string');
    return cell === '' ? [] : [[names[i], cellValue(cell, type, where, names[i], mend)] as const];
  });
  return Object.fromEntries(entries);
}

/** The columns by head, relation and tail, without repeats: neighbours in the file's order meet fewer locks. */
function sortedOnce(ids: readonly number[], properties: readonly Record<string, CellValue>[]) {
  const lines = ids.length / 3;
  const compare = (a: number, b: number) =>
    ids[3 * a] - ids[3 * b] || ids[3 * a + 1] - ids[3 * b + 1] || ids[3 * a + 2] - ids[3 * b + 2];
  const order = Uint32Array.from({ length: lines }, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
  const kept = order.filter((row, i) => i + 1 === lines || compare(row, order[i + 1]) !== 0);
  const column = (offset: number) => Int32Array.from(kept, (row) => ids[3 * row + offset]);
  return {
    head: column(0),
    relation: column(1),
    tail: column(2),
    properties: properties.length > 0 ? Array.from(kept, (row) => properties[row] ?? {}) : undefined,
    lines,
    duplicates: lines - kept.length,
  };
}
