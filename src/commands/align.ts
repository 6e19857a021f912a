import { existsSync } from 'node:fs';
import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import type { ProposedAlignment } from '../graph/proposeAlignment.js';
import { type Command, type Flags, notTogether, text } from './command.js';
import { count, table } from './output.js';

/** Links shown to people. */
const SHOWN = 10;

export const align: Command = {
  usage:
    '<source> <source> [--labels A,B] [--least 0.5] [--out FILE [--force]] | [--write [--relationship SAME_AS]]',
  summary:
    'Proposes which nodes of two sources are one thing, from names, properties and neighbours; writes a file of links.',
  positionals: [2, 2],
  options: {
    labels: { type: 'string' },
    least: { type: 'string' },
    out: { type: 'string' },
    write: { type: 'boolean' },
    relationship: { type: 'string' },
    force: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  help: {
    '--labels A,B': 'a label of either source; where absent those among which most matches lie',
    '--least P': 'links under this confidence are left out, 0.5 where absent',
    '--out FILE':
      'the file of links, links-SOURCE-SOURCE.tsv where absent; the labels are added where several pairs match',
    '--force': 'overwrite files that are there',
    '--write': 'write the links into the graph instead of a file; what is linked already stays as it is',
    '--relationship TYPE': 'type of the relationships that --write makes, SAME_AS where absent',
    '--dry-run': 'propose only',
  },
  async run({ positionals, flags, out, config: read, graphs }) {
    const config = read();
    const [left, right] = positionals;
    const least = leastOf(flags);
    const labels = labelsOf(flags);
    checkWays(flags);
    for (const name of [left, right]) requireSource(config, name);
    const { proposeAlignment } = await import('../graph/proposeAlignment.js');
    const { alignmentName } = await import('../graph/links.js');
    const connections = await graphs(flags.write ? 'write' : 'read');
    const graph = connections.of(left);
    if (flags.write && graph !== connections.of(right))
      throw new KgmentorError(
        'USAGE',
        `${left} and ${right} are in different databases, which no relationship can join.`,
        { next: 'Leave --write out and name the file under "alignments" of the configuration.' },
      );
    const found = await proposeAlignment(connections.of, config, [left, right], {
      least,
      ...(labels && { labels }),
      onAbsent: (one) =>
        out.warn(`passes over the alignment by ${alignmentName(one)}, which is not there yet`),
    });
    const outcome = { left, right, alignments: [] as object[] };
    const asked = text(flags, 'out') ?? `links-${left}-${right}.tsv`;
    const files = found.map((alignment) => fileOf(asked, alignment, found.length > 1));
    if (!flags.write && !flags['dry-run'] && !flags.force) refusePresent(files);
    const lines = linesOf(found);
    for (const [i, alignment] of found.entries()) {
      const name = { labels: alignment.labels, links: alignment.links.length };
      if (flags['dry-run']) outcome.alignments.push({ ...name, proposed: alignment.links.map(shown) });
      else if (flags.write) {
        const { writeProposed } = await import('../graph/writeProposed.js');
        const type = text(flags, 'relationship') ?? 'SAME_AS';
        const sources = [config.sources[left], config.sources[right]] as const;
        const created = await writeProposed(graph, sources, alignment, type);
        outcome.alignments.push({ ...name, relationship: type, created });
        lines.push(
          `${count(created)} relationships ${type} created; as alignment: ${JSON.stringify({ relationship: type, confidence: 'confidence' })}`,
        );
      } else {
        const { writeProposedFile } = await import('../graph/proposedFile.js');
        const file = files[i];
        const written = writeProposedFile(file, alignment);
        const config = { file, between: [left, right], labels: alignment.labels };
        outcome.alignments.push({ ...name, links: written, file });
        lines.push(`${count(written)} links written; as alignment: ${JSON.stringify(config)}`);
      }
    }
    out.data(outcome, () => lines);
  },
};

/** @throws KgmentorError USAGE for flags that say how something else is done than what is asked for */
function checkWays(flags: Flags): void {
  if (flags.write && text(flags, 'out') !== undefined)
    throw notTogether('write', 'out', 'Links go into the graph or into a file: leave one of them out.');
  if (!flags.write && text(flags, 'relationship') !== undefined)
    throw new KgmentorError('USAGE', '--relationship names the type of what --write makes.', {
      next: 'Add --write.',
    });
}

/** Links of a file that is there may have been looked through, and linked pairs are not proposed again. */
function refusePresent(files: readonly string[]): void {
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0) return;
  throw new KgmentorError(
    'USAGE',
    `${present.join(' and ')} ${present.length > 1 ? 'exist' : 'exists'} already.`,
    {
      next: 'Name another file with --out, or take --force to overwrite what is there.',
    },
  );
}

function leastOf(flags: Flags): number {
  const given = text(flags, 'least') ?? '0.5';
  const least = Number(given);
  if (least > 0 && least <= 1) return least;
  throw new KgmentorError('USAGE', `--least ${given} is not in (0, 1].`);
}

function labelsOf(flags: Flags): [string, string] | undefined {
  const given = text(flags, 'labels')?.split(',');
  if (given === undefined) return undefined;
  if (given.length === 2) return given as [string, string];
  throw new KgmentorError('USAGE', '--labels names a label of either source.', {
    next: 'Write --labels A,B.',
  });
}

/** One file for two labels: with their names in it where there are several. */
function fileOf(path: string, { labels }: ProposedAlignment, several: boolean): string {
  if (!several) return path;
  const [, stem, ending] = /^(.*?)(\.[^./\\]*)?$/s.exec(path) as RegExpExecArray;
  const plain = labels.map((label) => label.replace(/[^\p{L}\p{N}._-]/gu, '_'));
  return `${stem}-${plain.join('-')}${ending ?? ''}`;
}

const shown = ({ left, right, confidence }: ProposedAlignment['links'][number]) => ({
  left: left.key.map(String),
  right: right.key.map(String),
  confidence,
});

/** How sure the links are, and the surest and least sure ones. */
function linesOf(found: readonly ProposedAlignment[]): string[] {
  if (found.length === 0) return ['no links found'];
  const bounds = [0.95, 0.9, 0.8, 0.5];
  const lines = table(
    ['left', 'right', 'links', ...bounds.map((bound) => `≥ ${bound}`)],
    found.map(({ labels, links }) => [
      ...labels,
      count(links.length),
      ...bounds.map((bound) => count(links.filter(({ confidence }) => confidence >= bound).length)),
    ]),
  );
  const nameOf = ({ key, name }: ProposedAlignment['links'][number]['left']) => name ?? key.join(', ');
  const all = found.flatMap(({ links }) => links).sort((a, b) => b.confidence - a.confidence);
  const some = all.length > 2 * SHOWN ? [...all.slice(0, SHOWN), ...all.slice(-SHOWN)] : all;
  return [
    ...lines,
    '',
    ...table(
      ['left', 'right', 'confidence'],
      some.map(({ left, right, confidence }) => [nameOf(left), nameOf(right), confidence.toFixed(3)]),
    ),
    '',
  ];
}
