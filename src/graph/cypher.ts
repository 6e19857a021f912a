import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KgmentorError } from '../errors.js';

let root: string | undefined;

/** A folder of the installed package, such as `cypher` or `migrations`. */
export function packageFolder(name: string): string {
  if (!root) {
    let folder = path.dirname(fileURLToPath(import.meta.url));
    while (!existsSync(path.join(folder, 'package.json')) || !existsSync(path.join(folder, 'cypher'))) {
      const up = path.dirname(folder);
      if (up === folder) throw new KgmentorError('UNEXPECTED', 'The folder of query files was not found.');
      folder = up;
    }
    root = folder;
  }
  return path.join(root, name);
}

const texts = new Map<string, string>();

/**
 * The text of a query file.
 *
 * @example
 * await tx.run(cypher('read-labels'));
 */
export function cypher(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(path.join(packageFolder('cypher'), `${name}.cypher`), 'utf8');
    texts.set(name, text);
  }
  return text;
}

/**
 * Puts checked, quoted schema names in the place of a query's words in capitals. Comments go first, so that a head
 * comment may name the words.
 *
 * @param names word → quoted name, from `checkedName` or `newName` only
 * @example
 * withNames('MATCH (n:LABEL) RETURN count(n)', { LABEL: '`Movie`' });
 */
export function withNames(text: string, names: Readonly<Record<string, string>>): string {
  const body = text.replace(/^\s*\/\/.*\n/gm, '');
  const words = Object.keys(names);
  return body.replace(new RegExp(`\\b(?:${words.join('|')})\\b`, 'g'), (word) => names[word]);
}
