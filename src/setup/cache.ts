import { homedir } from 'node:os';
import path from 'node:path';

/** The folder of what is fetched once for all checkouts: `KGMENTOR_CACHE`, or `kgmentor` in the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.KGMENTOR_CACHE) return path.resolve(env.KGMENTOR_CACHE);
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'kgmentor');
}
