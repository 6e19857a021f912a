import type { AlignmentConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { cypher, withNames } from './cypher.js';
import { indexOf, isConfidence, type LinkColumns, type LinkSource } from './linkColumns.js';
import { checkedName, requireName } from './schema.js';

/** Links by relationships of a type; returns how many do not join two sources. */
export async function fromRelationships(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { relationship: string }>,
  columns: LinkColumns,
): Promise<number> {
  const { relationship, confidence = null, between } = alignment;
  const only = between?.map((name) => indexOf(sources, name));
  let outside = 0;
  let known = false;
  for (const graph of new Set(sources.map((source) => source.graph))) {
    const here = sources.flatMap((source, i) => (source.graph === graph ? [{ ...source, i }] : []));
    if (!here[0].schema.types.includes(relationship)) continue;
    known = true;
    if (confidence !== null) requireName(here[0].schema, 'property', confidence);
    const text = withNames(cypher('read-links'), {
      TYPE: checkedName(here[0].schema, 'relationship type', relationship),
    });
    const parts = await graph.read(
      async (tx) => {
        const out: [number[], number[], unknown[]][] = [];
        for await (const record of tx.run(text, { confidence }))
          out.push([record.get('left'), record.get('right'), record.get('confidence')]);
        return out;
      },
      { fetchSize: 10 },
    );
    const find = (id: number): { source: number; entity: number } | undefined => {
      for (const { i, read } of here) {
        const entity = read.at.get(id);
        if (entity !== undefined) return { source: i, entity };
      }
      return undefined;
    };
    const wrong: unknown[] = [];
    for (const [left, right, confidences] of parts)
      for (let i = 0; i < left.length; i++) {
        const a = find(left[i]);
        const b = find(right[i]);
        const value = confidences[i] ?? 1;
        if (!a || !b || a.source === b.source) outside++;
        else if (only && !(only.includes(a.source) && only.includes(b.source))) continue;
        else if (!isConfidence(value)) wrong.push(value);
        else columns.add(a.source, a.entity, b.source, b.entity, value);
      }
    if (wrong.length > 0)
      throw new KgmentorError(
        'BAD_DATA',
        `${wrong.length} relationships ${relationship} have a ${confidence} outside (0, 1], such as ${wrong
          .slice(0, 3)
          .map((value) => JSON.stringify(value))
          .join(', ')}.`,
        { next: 'Mend the values; a relationship without one counts as 1.' },
      );
  }
  if (!known) checkedName(sources[0].schema, 'relationship type', relationship);
  return outside;
}
