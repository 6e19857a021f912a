import { readFileSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Graph } from '../../src/graph/connect.js';
import { packageFolder } from '../../src/graph/cypher.js';

/** Sessions with which the bare driver writes, as many as the product. */
const SESSIONS = 2;

/** A hand-written query of `bench/reference/traffic`. */
export const reference = (name: string): string =>
  readFileSync(path.join(packageFolder('bench/reference/traffic'), `${name}.cypher`), 'utf8');

/** One statement by the bare driver, its records dropped as they come; how many values one of their lists holds. */
export async function drain(
  { driver, database }: Graph,
  text: string,
  parameters: object,
  list: string,
): Promise<number> {
  const session = driver.session({ database, defaultAccessMode: 'READ', fetchSize: 10 });
  try {
    return await session.executeRead(async (tx) => {
      let values = 0;
      for await (const record of tx.run(text, parameters))
        for (const one of record.get(list) as unknown[]) values += Array.isArray(one) ? one.length : 1;
      return values;
    });
  } finally {
    await session.close();
  }
}

/** Writes by the bare driver, a transaction each. */
export async function writeAll(
  { driver, database }: Graph,
  text: string,
  batches: readonly (() => object)[],
): Promise<void> {
  const limit = pLimit(SESSIONS);
  await Promise.all(
    batches.map((parameters) =>
      limit(async () => {
        const session = driver.session({ database });
        try {
          await session.executeWrite((tx) => tx.run(text, parameters()));
        } finally {
          await session.close();
        }
      }),
    ),
  );
}

/** Reads by the bare driver, so many sessions at a time; the sum of what they give. */
export async function readAll(reads: readonly (() => Promise<number>)[], sessions: number): Promise<number> {
  const limit = pLimit(sessions);
  const found = await Promise.all(reads.map((read) => limit(read)));
  return found.reduce((a, b) => a + b, 0);
}
