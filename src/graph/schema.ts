import { KgmentorError } from '../errors.js';
import { anyOf, nearest } from '../kg/nearest.js';
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

const foreign = (names: readonly string[]) => names.filter((name) => !/^(Kg[A-Z]|KG_|__Neo4j)/.test(name));

/**
 * Refuses a name that the database does not list.
 *
 * @throws KgmentorError USAGE with the nearest known ones; NO_DATA where the database holds no graph at all
 */
export function requireName(schema: Schema, what: keyof typeof lists, name: string): void {
  const known = schema[lists[what]];
  if (known.includes(name)) return;
  const message = `The database has no ${what} ${JSON.stringify(name)}`;
  if (foreign(schema.labels).length === 0)
    throw new KgmentorError('NO_DATA', `${message}: it is empty.`, { next: 'Import data first.' });
  const others = foreign(known);
  const mend = `Correct the configuration${what === 'label' ? ', or import the nodes first with `kgmentor import`' : ''}.`;
  const near = nearest(name, others);
  throw new KgmentorError('USAGE', `${message}.`, {
    next: near.length
      ? `Did you mean ${anyOf(near)}? ${mend}`
      : others.length
        ? `It has ${others.slice(0, 10).join(', ')}${others.length > 10 ? ', …' : ''}. ${mend}`
        : mend,
  });
}

/**
 * A name of the live schema, quoted for a statement's text. Only names that the database itself lists come through,
 * so that no text from a configuration reaches a statement.
 *
 * @throws KgmentorError as `requireName`; USAGE for a name that cannot be quoted safely
 * @example
 * withNames(cypher('read-property'), { LABEL: checkedName(schema, 'label', 'Movie') });
 */
export function checkedName(schema: Schema, what: keyof typeof lists, name: string): string {
  requireName(schema, what, name);
  return what === 'property' ? newName('property', name) : newName('label', name);
}
