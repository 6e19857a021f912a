import type { SourceConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { inBatches } from './batches.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { checkedType, newName } from './names.js';
import type { ProposedAlignment } from './proposeAlignment.js';
import { keyProperties } from './readEntities.js';
import { rows } from './rows.js';

/** Links a transaction. */
const BATCH = 2000;

/**
 * Writes proposed links as relationships with a property `confidence`; nodes that are linked so already, in either
 * direction, stay as they are, so that a second call changes nothing. To be called with what was just read.
 *
 * @param sources configuration of the left and the right source, which lie in one database
 * @returns how many relationships were created
 * @throws KgmentorError BAD_DATA where nodes changed or vanished since they were read
 */
export async function writeProposed(
  graph: Graph,
  sources: readonly [SourceConfig, SourceConfig],
  alignment: ProposedAlignment,
  type: string,
): Promise<number> {
  checkedType(type);
  const [left, right] = alignment.labels.map((label, s) =>
    keyProperties(sources[s].nodes.find((node) => node.label === label) ?? { label, key: 'elementId' }),
  );
  const text = withNames(cypher('write-same-as'), {
    LEFT: newName('label', alignment.labels[0]),
    RIGHT: newName('label', alignment.labels[1]),
  });
  let created = 0;
  await inBatches(alignment.links.length, BATCH, async (from, to) => {
    const part = alignment.links.slice(from, to);
    const parameters = {
      leftIds: part.map((link) => BigInt(link.left.id)),
      left: part.map((link) => link.left.key),
      rightIds: part.map((link) => BigInt(link.right.id)),
      right: part.map((link) => link.right.key),
      leftProperties: left,
      rightProperties: right,
      confidence: part.map((link) => link.confidence),
      type,
    };
    created += await graph.write(async (tx) => {
      const answer = await tx.run(text, parameters);
      const [{ found }] = rows<{ found: number }>(answer);
      if (Number(found) !== part.length)
        throw new KgmentorError(
          'BAD_DATA',
          `${part.length - Number(found)} of ${part.length} links lost an end: nodes changed while links were proposed.`,
          { next: 'Run it again when nothing else writes; what was written stays and does no harm.' },
        );
      return answer.summary.counters.updates().relationshipsCreated;
    });
  });
  return created;
}
