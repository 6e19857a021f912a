import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

/** A folder of its own for a test file, gone afterwards: `pathOf` names a file in it, and `file` writes one. */
export function useFiles(): {
  pathOf(name: string): string;
  file(name: string, text: string | Buffer): Promise<string>;
} {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-files-'));
  after(() => rm(folder, { recursive: true }));
  const pathOf = (name: string) => path.join(folder, name);
  return {
    pathOf,
    async file(name, text) {
      await writeFile(pathOf(name), text);
      return pathOf(name);
    },
  };
}
