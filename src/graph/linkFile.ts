import type { AlignmentConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { readFileRows } from '../kg/fileRows.js';
import { keyText, parseEntityKey, plainKeyText } from '../kg/keys.js';
import { indexOf, isConfidence, type LinkColumns, type LinkSource } from './linkColumns.js';

/** Finds the entity that a cell names: by the key's text, or by a JSON list where the key is composite. */
function byText(source: LinkSource, label: string | undefined): (cell: string) => number | undefined {
  const { entities } = source.read;
  if (label !== undefined && !entities.labels.includes(label))
    throw new KgmentorError(
      'USAGE',
      `The source ${source.name} has no label ${JSON.stringify(label)} in the configuration.`,
      {
        next: `It has ${entities.labels.join(', ')}.`,
      },
    );
  const wanted = entities.labels.indexOf(label ?? entities.labels[0]);
  const found = new Map<string, number>();
  let composite = false;
  for (const [i, key] of entities.keys.entries()) {
    if (entities.label[i] !== wanted) continue;
    const { values } = parseEntityKey(key);
    composite = values.length > 1;
    found.set(keyText(values), i);
  }
  return (cell) => found.get(composite ? plainKeyText(cell) : cell);
}

/** Links by a file's lines. All of them must join two entities: returns 0, as none lies outside. */
export async function fromFile(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { file: string }>,
  columns: LinkColumns,
): Promise<number> {
  const [left, right] = alignment.between.map((name) => indexOf(sources, name));
  const leftAt = byText(sources[left], alignment.labels?.[0]);
  const rightAt = byText(sources[right], alignment.labels?.[1]);
  const dangling: string[] = [];
  for await (const { cells, where } of readFileRows(alignment.file)) {
    if (cells.length < 2 || cells.length > 3)
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: ${cells.length} column${cells.length === 1 ? '' : 's'}, 2 or 3 expected (key, key, confidence).`,
        {
          next: 'Mend the line.',
        },
      );
    const value = cells.length === 3 ? Number(cells[2]) : 1;
    if (!isConfidence(value))
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: the confidence ${JSON.stringify(cells[2])} is not in (0, 1].`,
        {
          next: 'Mend the line.',
        },
      );
    const a = leftAt(cells[0]);
    const b = rightAt(cells[1]);
    if (a === undefined || b === undefined)
      dangling.push(`${where} (${a === undefined ? cells[0] : cells[1]})`);
    else columns.add(left, a, right, b, value);
  }
  if (dangling.length > 0)
    throw new KgmentorError(
      'BAD_DATA',
      `${dangling.length} links of ${alignment.file} name a key that its source does not have, such as ${dangling.slice(0, 3).join(', ')}.`,
      { next: 'Remove the lines, correct the keys, or import the missing nodes.' },
    );
  return 0;
}
