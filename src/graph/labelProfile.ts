import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { rows } from './rows.js';
import { checkedName, type Schema } from './schema.js';

/** What the nodes of a label look like. */
export interface LabelProfile {
  readonly nodes: number;
  /** Of the first 10,000: how many have each property, and how many different values it has there. */
  readonly properties: readonly {
    readonly name: string | null;
    readonly present: number;
    readonly distinct: number;
  }[];
}

/**
 * Reads what the nodes of a label look like.
 *
 * @throws KgmentorError USAGE for a label that the database does not have
 */
export async function readLabelProfile(
  graph: Graph,
  schema: Schema,
  label: string,
): Promise<LabelProfile | undefined> {
  const text = withNames(cypher('read-label-profile'), { LABEL: checkedName(schema, 'label', label) });
  const [profile] = await graph.read(async (tx) => rows<LabelProfile>(await tx.run(text)));
  return profile;
}
