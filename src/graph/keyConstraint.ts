import { KgmentorError } from '../errors.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import type { NodeKey } from './importTriples.js';
import { newName } from './names.js';
import { rows } from './rows.js';

/** The names of `write-nodes` and its like. */
export function nodeNames({ label, key }: NodeKey): Record<string, string> {
  return { LABEL: newName('label', label), KEY: newName('property', key) };
}

/** The names of `write-relationships`. */
export function tripleNames(head: NodeKey, tail: NodeKey): Record<string, string> {
  return {
    HEAD: newName('label', head.label),
    HEADKEY: newName('property', head.key),
    TAIL: newName('label', tail.label),
    TAILKEY: newName('property', tail.key),
  };
}

/**
 * Makes a label's key unique where it is not yet; returns what was created, for the user's eyes.
 *
 * @throws KgmentorError BAD_DATA where nodes of the label share a key already; USAGE where all have integers and text
 *   is to be written, or the other way round, since each row would make a second node
 */
export async function ensureKeyConstraint(graph: Graph, nodes: NodeKey): Promise<string[]> {
  await refuseOtherKind(graph, nodes);
  const text = withNames(cypher('write-key-constraint'), nodeNames(nodes));
  const name = `key of ${JSON.stringify(nodes.label)}: ${nodes.key}`;
  try {
    const added = await graph.write(async (tx) => {
      const { summary } = await tx.run(text, { name });
      return summary.counters.updates().constraintsAdded;
    });
    return added > 0 ? [`${nodes.label}.${nodes.key} is unique`] : [];
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    // A plain index on the key serves the import as well: each distinct key is written by one transaction only.
    if (code === 'Neo.ClientError.Schema.IndexAlreadyExists') return [];
    if (code !== 'Neo.DatabaseError.Schema.ConstraintCreationFailed') throw cause;
    throw new KgmentorError(
      'BAD_DATA',
      `${nodes.key} is not unique among the ${nodes.label} nodes: ${(cause as Error).message}`,
      {
        next: `Mend the repeated keys or choose another key property for ${nodes.label}.`,
        cause,
      },
    );
  }
}

async function refuseOtherKind(graph: Graph, nodes: NodeKey): Promise<void> {
  const integer = nodes.keyType === 'integer';
  const text = withNames(cypher('write-key-kinds'), nodeNames(nodes));
  const [{ same, other, example }] = await graph.read(async (tx) =>
    rows<{ same: number; other: number; example: string }>(await tx.run(text, { integer })),
  );
  if (same > 0 || other === 0) return;
  const place = `${nodes.label}.${nodes.key}`;
  throw new KgmentorError(
    'USAGE',
    integer
      ? `${place} holds no integers, such as ${JSON.stringify(example)}, but integers are to be imported.`
      : `${place} holds integers, such as ${example}, but text is to be imported.`,
    { next: integer ? 'Import without --integer-keys.' : 'Import with --integer-keys.' },
  );
}
