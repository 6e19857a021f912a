import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../../../src/setup/cache.js';
import type { Log } from '../../../src/setup/lock.js';
import { type Artifact, copyJars } from '../../../src/setup/maven.js';
import { ensureNeo4jRuntime, SERVER } from '../../../src/setup/neo4jRuntime.js';
import { stage } from '../../../src/setup/stage.js';

/** The newest release of Graph Data Science for this server. */
export const GDS_VERSION = '2.13.9';
const MODULES = ['proc', 'opengds-extension'].map(
  (name): Artifact => ({ group: 'org.neo4j.gds', name, version: GDS_VERSION }),
);

/**
 * The open modules of Neo4j's Graph Data Science library, those jars that the server lacks, in the cache folder: fetched
 * by Maven the first time (15 MB).
 *
 * @returns the folder of the jars
 */
export async function gdsPlugin(log: Log): Promise<string> {
  const server = await ensureNeo4jRuntime(log);
  const home = await stage(
    path.join(cacheFolder(), `gds-${GDS_VERSION}-on-${SERVER.name}-${SERVER.version}`),
    async (empty) => {
      const folder = path.join(empty, 'plugins');
      await copyJars([SERVER, ...MODULES], folder, log);
      for (const jar of readdirSync(folder))
        if (existsSync(path.join(server, jar))) rmSync(path.join(folder, jar));
    },
    { log, what: 'the set-up of GDS' },
  );
  return path.join(home, 'plugins');
}
