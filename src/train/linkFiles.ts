import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KgmentorError } from '../errors.js';
import { type NamedLink, nameLinks } from '../kg/namedLinks.js';
import type { Alignments, Dataset } from '../kg/types.js';
import { writeWhole } from '../wholeFile.js';

/** Files of links in a run folder. */
export const linkFiles = {
  /** Links that the teacher's training added to those of the graph. */
  grown: 'links.tsv',
  /** Links that were withheld from training: what alignment is tested on. */
  withheld: 'withheld.tsv',
  /** All links that training saw, where some were withheld. */
  trained: 'trained.tsv',
} as const;

/**
 * Writes links as lines of source, key, source, key and confidence; the first four as JSON, so that a key is the
 * canonical one and no cell holds a tab or an end of line. The file appears whole or not at all.
 */
export function writeLinks(folder: string, name: keyof typeof linkFiles, links: readonly NamedLink[]): void {
  const path = join(folder, linkFiles[name]);
  const line = ({ left, right, confidence }: NamedLink) =>
    [JSON.stringify(left.source), left.key, JSON.stringify(right.source), right.key, confidence].join('\t');
  writeWhole(path, (file) => writeFileSync(file, links.map((link) => `${line(link)}\n`).join('')));
}

/**
 * The links of a run folder; none where it has no such file.
 *
 * @throws KgmentorError BAD_DATA naming file and line where the file is damaged
 */
export function readLinkFile(folder: string, name: keyof typeof linkFiles): NamedLink[] {
  const path = join(folder, linkFiles[name]);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, i) => {
    const cells = line.split('\t');
    const confidence = Number(cells[4]);
    try {
      if (cells.length !== 5 || !(confidence > 0 && confidence <= 1)) throw new Error('no link');
      const [left, right] = [cells.slice(0, 2), cells.slice(2, 4)].map(([source, key]) => {
        if (!Array.isArray(JSON.parse(key))) throw new Error('no key');
        return { source: String(JSON.parse(source)), key };
      });
      return { left, right, confidence };
    } catch (cause) {
      throw new KgmentorError('BAD_DATA', `${path}:${i + 1} is no link: ${JSON.stringify(line)}.`, {
        next: 'The file was changed after it was written; train again.',
        cause,
      });
    }
  });
}

/** Keeps beside a run which links its training sees and which not, where some are withheld. */
export function recordLinks(folder: string, dataset: Dataset, withheld: Alignments | undefined): void {
  if (!withheld || withheld.left.length === 0) return;
  writeLinks(folder, 'trained', nameLinks(dataset.sources, dataset.alignments));
  writeLinks(folder, 'withheld', nameLinks(dataset.sources, withheld));
}
