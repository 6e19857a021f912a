import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Graph } from '../../../src/graph/connect.js';
import { packageFolder, withNames } from '../../../src/graph/cypher.js';

/** Runs a query of `bench/reference/gds`; its records as objects. */
export async function ask(
  { driver, database }: Graph,
  query: string,
  options: { readonly words?: Readonly<Record<string, string>>; readonly parameters?: object } = {},
): Promise<Record<string, unknown>[]> {
  const file = path.join(packageFolder('bench/reference/gds'), `${query}.cypher`);
  const read = readFileSync(file, 'utf8');
  const text = options.words ? withNames(read, options.words) : read;
  const { records } = await driver.executeQuery(text, options.parameters, { database });
  return records.map((record) => record.toObject());
}
