import type { SourceConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import {
  type ImportOptions,
  type ImportResult,
  importAlignments,
  importEntities,
  importTriples,
} from '../graph/import.js';
import type { RowsFrom } from '../graph/importSource.js';
import type { NodeKey } from '../graph/importTriples.js';
import { RDF_NAMINGS } from '../kg/rdfNames.js';
import { type Command, type Context, type Flags, notTogether, oneOfFlag, text } from './command.js';
import { count, duration } from './output.js';

const FORMATS = ['tsv', 'csv', 'nt', 'ttl'] as const;

export const importCommand: Command = {
  usage: '<source> [--triples FILE] [--nodes FILE] | --links FILE --between A,B',
  summary:
    'Imports triples and links from TSV, CSV, N-Triples or Turtle, nodes from TSV or CSV, plain or gzip; a second import changes nothing, and one that was killed goes on.',
  positionals: [0, 1],
  options: {
    triples: { type: 'string' },
    nodes: { type: 'string' },
    links: { type: 'string' },
    between: { type: 'string' },
    relationship: { type: 'string' },
    label: { type: 'string' },
    'tail-label': { type: 'string' },
    weight: { type: 'string' },
    'integer-keys': { type: 'boolean' },
    'skip-missing': { type: 'boolean' },
    header: { type: 'boolean' },
    format: { type: 'string' },
    relations: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  help: {
    '--triples FILE':
      'head key, relation, tail key, and a confidence if any; of RDF all facts but owl:sameAs, keys are IRIs',
    '--weight PROPERTY':
      'a fourth column of triples is their weight, written to this property; empty for none',
    '--nodes FILE': 'a header line; the first column is the key, the others are properties',
    '--links FILE': 'key, key and a confidence if any; of RDF what owl:sameAs joins',
    '--between A,B': 'the two sources that links join',
    '--skip-missing': 'links of which an end has no node are left out and counted, not refused',
    '--relationship TYPE': 'type of the linking relationships, SAME_AS where absent',
    '--label LABEL': 'label of the nodes (of heads), the first of the source where absent',
    '--tail-label LABEL': 'label of the tails where it is another one',
    '--integer-keys': 'keys are integers, not text',
    '--header': 'the first line of triples or links holds column names',
    '--format FORMAT': `${FORMATS.join(', ')}; by the file’s name where absent, and tsv where that tells none`,
    '--relations FORM':
      'how IRIs of RDF become relationship types: local (knows), prefixed (foaf__knows) or full; local where absent',
    '--dry-run': 'read and check only',
  },
  stops: true,
  async run(context) {
    const { positionals, flags } = context;
    const [triples, nodes, links] = ['triples', 'nodes', 'links'].map((name) => text(flags, name));
    if (!triples && !nodes && !links)
      throw new KgmentorError('USAGE', 'Nothing to import was named.', {
        next: 'Give --triples, --nodes or --links with a file.',
      });
    const weight = text(flags, 'weight');
    if (weight !== undefined && !triples)
      throw new KgmentorError('USAGE', '--weight names a column of triples, and none are imported.', {
        next: 'Give --triples FILE, or leave --weight out.',
      });
    checkLinks(flags);
    if (links) {
      await importLinks(context, links);
      return;
    }
    const [source] = positionals;
    if (!source)
      throw new KgmentorError('USAGE', 'Into which source?', {
        next: '`kgmentor import <source> --triples FILE`.',
      });
    const config = context.config();
    requireSource(config, source);
    const node = nodeKey(source, config.sources[source], flags, 'label');
    const graph = (await context.graphs('write')).of(source);
    const options = optionsOf(context);
    const reading = readingOf(flags);
    if (nodes)
      tell(
        context,
        nodes,
        await importEntities(graph, { ...reading, source, nodes: node, file: nodes, header: true }, options),
      );
    if (triples) {
      const tails = text(flags, 'tail-label') && nodeKey(source, config.sources[source], flags, 'tail-label');
      tell(
        context,
        triples,
        await importTriples(
          graph,
          {
            ...reading,
            source,
            nodes: node,
            ...(tails && { tails }),
            file: triples,
            header: flags.header === true,
            ...(weight !== undefined && { properties: [weight], types: { [weight]: 'weight' } }),
          },
          options,
        ),
      );
    }
  },
};

/** @throws KgmentorError USAGE for flags of links without links, and for links beside other files */
function checkLinks(flags: Flags): void {
  const isGiven = (name: string) => flags[name] !== undefined && flags[name] !== false;
  if (isGiven('links')) {
    const other = ['triples', 'nodes'].find(isGiven);
    if (other !== undefined)
      throw notTogether('links', other, 'Import the links when their nodes are there.');
    return;
  }
  const stray = ['between', 'relationship', 'skip-missing'].find(isGiven);
  if (stray !== undefined)
    throw new KgmentorError('USAGE', `--${stray} says how links are imported, and none are.`, {
      next: 'Give --links FILE, or leave it out.',
    });
}

async function importLinks(context: Context, file: string): Promise<void> {
  const { flags } = context;
  const between = (text(flags, 'between') ?? '').split(',');
  if (between.length !== 2)
    throw new KgmentorError('USAGE', 'Links join two sources.', { next: 'Name them: --between A,B.' });
  const config = context.config();
  for (const name of between) requireSource(config, name);
  const graphs = await context.graphs('write');
  if (graphs.of(between[0]) !== graphs.of(between[1]))
    throw new KgmentorError(
      'USAGE',
      `${between.join(' and ')} are in different databases, which no relationship can join.`,
      {
        next: 'Name the file under "alignments" of the configuration instead.',
      },
    );
  const [left, right] = between.map((name, i) =>
    nodeKey(name, config.sources[name], flags, i === 0 ? 'label' : 'tail-label'),
  );
  const relationship = text(flags, 'relationship');
  tell(
    context,
    file,
    await importAlignments(
      graphs.of(between[0]),
      {
        ...readingOf(flags),
        left,
        right,
        file,
        header: flags.header === true,
        skipMissing: flags['skip-missing'] === true,
        ...(relationship && { relationship }),
      },
      optionsOf(context),
    ),
  );
}

function nodeKey(name: string, source: SourceConfig, flags: Flags, flag: 'label' | 'tail-label'): NodeKey {
  const label = text(flags, flag) ?? source.nodes[0].label;
  const node = source.nodes.find((one) => one.label === label);
  if (!node)
    throw new KgmentorError('USAGE', `The source ${name} has no label ${JSON.stringify(label)}.`, {
      next: `It has ${source.nodes.map((one) => one.label).join(', ')}.`,
    });
  const key = typeof node.key === 'string' ? [node.key] : node.key;
  if (key.length !== 1 || key[0] === 'elementId')
    throw new KgmentorError(
      'USAGE',
      `Nodes of label ${label} cannot be imported: a file's column is one key property.`,
      {
        next: 'Import them with LOAD CSV, which knows composite keys.',
      },
    );
  return { label, key: key[0], keyType: flags['integer-keys'] ? 'integer' : 'string' };
}

/** How a file is read. */
function readingOf(flags: Flags): Pick<RowsFrom, 'format' | 'naming'> {
  const format = oneOfFlag(flags, 'format', FORMATS);
  const naming = oneOfFlag(flags, 'relations', RDF_NAMINGS);
  return { ...(format && { format }), ...(naming && { naming }) };
}

const optionsOf = ({ flags, out, signal }: Context): ImportOptions => ({
  dryRun: flags['dry-run'] === true,
  signal,
  onProgress: ({ stage, done, total, rows, of, rowsPerSecond, etaSeconds }) =>
    out.onEvent({
      type: 'progress',
      name: stage === 'check' ? 'checked' : 'imported',
      done: rows ?? done,
      ...(stage !== 'check' && { total: of ?? total }),
      rowsPerSecond,
      etaSeconds,
    }),
});

function tell({ out, flags }: Context, file: string, result: ImportResult): void {
  const { resumedAfter, leftOut } = result;
  const left = [
    ['literals', leftOut?.literals],
    ['owl:sameAs, which --links imports', leftOut?.sameAs],
    ['facts, which --triples imports', leftOut?.facts],
    ['statements about statements', leftOut?.quoted],
  ].flatMap(([what, n]) => (n ? [`${count(Number(n))} ${what}`] : []));
  out.data({ file, ...result }, () => [
    ...(resumedAfter > 0 ? [`${file}: goes on behind ${count(resumedAfter)} rows written before`] : []),
    flags['dry-run']
      ? `${file}: ${count(result.lines)} lines, no fault found, nothing written`
      : `${file}: ${count(result.nodesCreated)} nodes and ${count(result.relationshipsCreated)} relationships created, ${count(result.changed)} changed, ${count(result.unchanged)} unchanged, ${duration(result.seconds)}`,
    ...result.constraintsCreated.map((constraint) => `constraint created: ${constraint}`),
    ...(result.duplicates > 0 ? [`${count(result.duplicates)} lines repeat another one`] : []),
    ...(result.missing > 0
      ? [`${count(result.missing)} link${result.missing === 1 ? '' : 's'} left out: an end has no node`]
      : []),
    ...(left.length > 0 ? [`left out: ${left.join('; ')}`] : []),
  ]);
}
