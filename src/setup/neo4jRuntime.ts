import path from 'node:path';
import { cacheFolder } from './cache.js';
import { findJava } from './java.js';
import type { Log } from './lock.js';
import { type Artifact, copyJars } from './maven.js';
import { isWhole, stage } from './stage.js';

/** What a server is made of; a plugin's versions are to be settled together with it. */
export const SERVER: Artifact = { group: 'org.neo4j', name: 'neo4j', version: '5.26.30' };

/** The last Neo4j Browser that is published as an artifact; any server from 5 on serves it from its class path. */
const BROWSER: Artifact = { group: 'org.neo4j.client', name: 'neo4j-browser', version: '5.24.0' };

/** The server's version, such as `5.26.30`. */
export const NEO4J_VERSION = SERVER.version;

/**
 * The jars of a Neo4j Community server in the cache folder, fetched by Maven where they are missing or damaged. Returns
 * within a second where they are whole.
 *
 * @returns the folder of the jars
 * @throws KgmentorError USAGE where Java or Maven is missing, UNREACHABLE where the jars cannot be fetched
 * @example
 * const lib = await ensureNeo4jRuntime(console.error);
 */
export async function ensureNeo4jRuntime(log: Log): Promise<string> {
  await findJava(!isWhole(folderOf(SERVER)));
  return jarsOf(SERVER, log);
}

/** The folder of Neo4j Browser's jar; none where it cannot be had, which only costs the page to look at. */
export async function browserFolder(log: Log): Promise<string | undefined> {
  try {
    return await jarsOf(BROWSER, log);
  } catch (error) {
    log(`The server runs without Neo4j Browser: ${(error as Error).message}`);
    return undefined;
  }
}

async function jarsOf(artifact: Artifact, log: Log): Promise<string> {
  const folder = folderOf(artifact);
  const lock = { log, what: `the set-up of ${path.basename(folder)}` };
  await stage(folder, (empty) => copyJars([artifact], path.join(empty, 'lib'), log), lock);
  return path.join(folder, 'lib');
}

const folderOf = ({ name, version }: Artifact) => path.join(cacheFolder(), `${name}-${version}`);
