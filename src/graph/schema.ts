import { KgmentorError } from '../errors.js';
import { nearest } from '../kg/nearest.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { newName } from './names.js';
import { rows } from './rows.js';

/** The names that a database knows. */
export interface Schema {
  readonly labels: readonly string[];
  readonly types: readonly string[];
  readonly properties: readonly string[];
}

/** Reads the names of labels, relationship types and properties from the live schema. */
export async function readSchema(graph: Graph): Promise<Schema> {
  const [schema] = await graph.read(async (tx) => rows<Schema>(await tx.run(cypher('read-schema'))));
  return schema;
}

const lists = { label: 'labels', 'relationship type': 'types', property: 'properties' } as const;

/**
 * A name of the live schema, quoted for a statement's text. Only names that the database itself lists come through,
 * so that no text from a configuration reaches a statement.
 *
 * @throws KgmentorError USAGE for an unknown name, with the nearest known ones
 * @example
 * withNames(cypher('read-property'), { LABEL: checkedName(schema, 'label', 'Movie') });
 */
export function checkedName(schema: Schema, what: keyof typeof lists, name: string): string {
  const known = schema[lists[what]];
  if (!known.includes(name)) {
    const near = nearest(name, known);
    const some = known.filter((other) => !/^(Kg|KG_|__Neo4j)/.test(other)).slice(0, 10);
    throw new KgmentorError('USAGE', `The database has no ${what} ${JSON.stringify(name)}.`, {
      next: near.length
        ? `Did you mean ${near.map((other) => JSON.stringify(other)).join(' or ')}? Correct the configuration.`
        : some.length
          ? `It has ${some.join(', ')}${known.length > some.length ? ', …' : ''}. Correct the configuration.`
          : 'The database is empty: import data first.',
    });
  }
  return what === 'property' ? newName('property', name) : newName('label', name);
}
