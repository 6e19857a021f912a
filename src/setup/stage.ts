import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type LockOptions, withLock } from './lock.js';

const MANIFEST = 'staged.json';

/**
 * A folder that is either whole or absent: `build` fills another folder, which gets the name only when it is done.
 * What a killed set-up left is removed; a folder that lacks a file, or has a cut one, is made anew. Two at once wait
 * for each other.
 *
 * @param build fills the empty folder it is given
 * @returns `folder`
 * @example const home = await stage('cache/server-5', (empty) => unpack(archive, empty), { log });
 */
export async function stage(
  folder: string,
  build: (empty: string) => Promise<void>,
  options: LockOptions = {},
): Promise<string> {
  if (isWhole(folder)) return folder;
  return withLock(
    `${folder}.lock`,
    async () => {
      if (isWhole(folder)) return folder;
      removeParts(folder);
      mkdirSync(path.dirname(folder), { recursive: true });
      const part = mkdtempSync(`${folder}.part-`);
      try {
        await build(part);
        writeFileSync(path.join(part, MANIFEST), JSON.stringify(sizes(part)));
        chmodSync(part, 0o755); // a temporary folder begins closed to other users of a shared cache
        rmSync(folder, { recursive: true, force: true });
        renameSync(part, folder);
      } finally {
        rmSync(part, { recursive: true, force: true });
      }
      return folder;
    },
    options,
  );
}

/** Whether a staged folder has all its files, each with the size it was staged with. */
export function isWhole(folder: string): boolean {
  try {
    const expected = JSON.parse(readFileSync(path.join(folder, MANIFEST), 'utf8')) as Record<string, number>;
    return Object.entries(expected).every(([name, size]) => statSync(path.join(folder, name)).size === size);
  } catch {
    return false;
  }
}

/** Only the holder of the lock calls this, so that whoever made these parts is gone. */
function removeParts(folder: string): void {
  const parent = path.dirname(folder);
  for (const name of readdirSync(parent))
    if (name.startsWith(`${path.basename(folder)}.part-`))
      rmSync(path.join(parent, name), { recursive: true, force: true });
}

function sizes(folder: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const entry = statSync(path.join(folder, name));
    if (entry.isFile()) found[name] = entry.size;
  }
  return found;
}
