import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { KgmentorError } from '../errors.js';

/** One versioned file of the migrations folder. */
export interface MigrationFile {
  readonly version: string;
  readonly description: string;
  /** File name, as the history keeps it. */
  readonly source: string;
  readonly statements: readonly string[];
  /** CRC32 over the UTF-8 bytes of the trimmed statements, unsigned decimal. */
  readonly checksum: string;
}

const NAME = /^V(\d+(?:[._]\d+)*)__(.+)\.cypher$/;

/** The statements of a migration: split at a semicolon that ends a line, trimmed, empty ones dropped. */
export function splitStatements(text: string): string[] {
  return text
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The checksum that neo4j-migrations keeps beside an applied migration. */
export function checksumOf(statements: readonly string[]): string {
  return String(statements.reduce((sum, statement) => crc32(statement, sum), 0) >>> 0);
}

/** Version order: number by number, so that 2 comes before 10. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The migrations of a folder in version order: `V0001__own_nodes.cypher` is version 0001, "own nodes".
 *
 * @throws KgmentorError USAGE where a file has another form of name or two files have one version.
 */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const source of (await readdir(folder)).filter((file) => file.endsWith('.cypher'))) {
    const match = NAME.exec(source);
    if (!match) {
      throw new KgmentorError('USAGE', `${source} in ${folder} is not named like V0001__name.cypher.`, {
        next: 'Rename the file or move it out of the migrations folder.',
      });
    }
    const statements = splitStatements(await readFile(path.join(folder, source), 'utf8'));
    files.push({
      version: match[1].replaceAll('_', '.'),
      description: match[2].replaceAll('_', ' '),
      source,
      statements,
      checksum: checksumOf(statements),
    });
  }
  files.sort((a, b) => compareVersions(a.version, b.version));
  files.forEach((file, i) => {
    if (i > 0 && compareVersions(files[i - 1].version, file.version) === 0) {
      throw new KgmentorError('USAGE', `${files[i - 1].source} and ${file.source} have the same version.`, {
        next: 'Give one of them another version.',
      });
    }
  });
  return files;
}
