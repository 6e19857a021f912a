import { writeFileSync } from 'node:fs';
import { keyText } from '../kg/keys.js';
import type { ProposedAlignment } from './proposeAlignment.js';

/**
 * Writes proposed links in the form that an alignment `file` of the configuration has: key, key, confidence. The links of
 * a key that a line cannot hold are left out.
 *
 * @returns lines written
 */
export function writeProposedFile(path: string, { links }: ProposedAlignment): number {
  const lines = links
    .map(({ left, right, confidence }) => [keyText(left.key), keyText(right.key), confidence.toFixed(4)])
    .filter((cells) => !cells.some((cell) => /[\t\r\n]/.test(cell)));
  writeFileSync(path, lines.map((cells) => `${cells.join('\t')}\n`).join(''));
  return lines.length;
}
