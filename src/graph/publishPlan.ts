import { KgmentorError } from '../errors.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { newName } from './names.js';
import { digestOf, type PublishInput } from './publishInput.js';
import { joinKeys, type KeyJoin } from './publishKeys.js';
import { rows } from './rows.js';
import { idleSlot, type Publication, readPublications, type Slot } from './slots.js';

/** What a publication will write, and where. */
export interface Plan {
  readonly slot: Slot;
  readonly own: readonly Publication[];
  readonly join: KeyJoin;
}

/**
 * Finds the nodes of the model's entities and the slot to write, and refuses what must not be written.
 *
 * @throws KgmentorError BAD_DATA, USAGE
 */
export async function prepare(graph: Graph, input: PublishInput): Promise<Plan> {
  const publications = await readPublications(graph);
  const own = publications.filter((p) => p.source === input.source.name);
  const others = publications.filter((p) => p.source !== input.source.name);
  await refuseForeign(graph, input, others);
  await refuseSameId(graph, input);
  const slot = idleSlot(own);
  const join = await joinKeys(graph, input, slot);
  const { length: entities } = input.entities.keys;
  if (join.repeated.length > 0) {
    throw new KgmentorError(
      'BAD_DATA',
      `${join.repeated.length} keys belong to several nodes: ${join.repeated.slice(0, 3).join(', ')}.`,
      {
        next: 'Make the keys unique or choose another key property in the config.',
      },
    );
  }
  if (join.missing.length * 2 > entities) {
    throw new KgmentorError(
      'BAD_DATA',
      `${join.missing.length} of the model's ${entities} entities are not in the graph: ${join.missing.slice(0, 3).join(', ')}.`,
      { next: 'Check that the model belongs to this source and database; nothing was written.' },
    );
  }
  return { slot, own, join };
}

/** A node has room for one source's vectors; writing another's would empty what readers use. */
async function refuseForeign(
  graph: Graph,
  input: PublishInput,
  others: readonly Publication[],
): Promise<void> {
  if (others.length === 0) return;
  for (const { label } of input.source.nodes) {
    const text = withNames(cypher('write-publish-foreign'), { LABEL: newName('label', label) });
    const [{ count }] = await graph.read(async (tx) =>
      rows<{ count: number }>(await tx.run(text, { others: others.map((p) => p.label) })),
    );
    if (Number(count) === 0) continue;
    const sources = [...new Set(others.map((p) => p.source))];
    throw new KgmentorError(
      'USAGE',
      `${Number(count)} ${label} nodes are published by another source too (${sources.join(', ')}).`,
      {
        next: `Remove the other publication first (${sources.map((name) => `\`kgmentor publish ${name} --remove\``).join(', ')}), or leave ${label} out of one source.`,
      },
    );
  }
}

async function refuseSameId(graph: Graph, input: PublishInput): Promise<void> {
  const { id } = input.model;
  const [known] = await graph.read(async (tx) =>
    rows<{ source: string | null; digest: string; published: boolean }>(
      await tx.run(cypher('write-model-digest'), { id }),
    ),
  );
  if (!known) return;
  const source = known.source ?? 'no source';
  if (
    (known.source ?? input.source.name) !== input.source.name ||
    (known.published && known.digest !== digestOf(input))
  ) {
    throw new KgmentorError(
      'USAGE',
      `The model id ${id} belongs to other vectors, published for ${source}.`,
      {
        next: 'Give the model an id of its own, such as its run id.',
      },
    );
  }
}
