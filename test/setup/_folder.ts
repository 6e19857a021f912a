import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

/** An empty folder of a test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-setup-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The address of a compiled module of the library, for a program given as text. */
export function moduleUrl(name: string): string {
  return JSON.stringify(new URL(`../../src/setup/${name}.js`, import.meta.url).href);
}
