import { availableParallelism, totalmem } from 'node:os';
import type { AlignmentConfig } from '../config.js';
import { exitCodeOf, KgmentorError } from '../errors.js';
import { NOT_BUILT } from '../events.js';
import { type Finding, inspect } from '../graph/inspect.js';
import type { LinkSource } from '../graph/linkColumns.js';
import type { Command, Context } from './command.js';
import { count, deviceLine, isGpuUnused } from './output.js';
import { excludedText, unsetText } from './training.js';

export const doctor: Command = {
  usage: '',
  summary:
    'Checks Node, TensorFlow, the configuration, the server and what was published; says the mend for each fault.',
  async run(context) {
    const { out } = context;
    const findings: Finding[] = [node(), await tensorflow()];
    let failure: unknown;
    try {
      findings.push(...(await database(context)));
    } catch (error) {
      failure = error;
      findings.push({
        what: 'graph',
        ok: false,
        found: error instanceof Error ? error.message : String(error),
        mend: error instanceof KgmentorError ? error.next : undefined,
      });
    }
    out.data(findings, () => findings.flatMap(lines));
    const faults = findings.filter(({ ok }) => !ok).length;
    if (faults > 0) process.exitCode = failure ? exitCodeOf(failure) : 1;
    out.say(faults === 0 ? 'no fault found' : `${faults} to mend`);
  },
};

const lines = ({ what, ok, found, expected, mend }: Finding): string[] => [
  `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${found}${expected ? ` (expected: ${expected})` : ''}`,
  ...(mend ? [`      mend: ${mend}`] : []),
];

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return {
    what: 'machine',
    ok: major > 20 || (major === 20 && minor >= 11),
    found: `Node ${process.versions.node}, ${availableParallelism()} cores, ${count(totalmem() / 2 ** 30)} GiB`,
    mend: major < 20 ? 'install Node 20.11 or newer' : undefined,
  };
}

/** TensorFlow is loaded in a process of its own: where it fails, it may take the process with it. */
async function tensorflow(): Promise<Finding> {
  const { probe } = await import('../train/probe.js');
  const found = await probe();
  if (!('version' in found))
    return { what: 'TensorFlow', ok: false, found: found.reason, mend: found.next ?? '`kgmentor setup`' };
  const mend = found.fallback
    ? '`kgmentor setup` fetches and builds the native one, which is faster'
    : isGpuUnused(found)
      ? 'the GPU is not used: `kgmentor setup` fetches the CUDA build, or says why it is not'
      : found.withoutKernels === NOT_BUILT
        ? '`kgmentor setup` builds them: trainings are faster with them'
        : undefined;
  return { what: 'TensorFlow', ok: true, found: deviceLine(found), mend };
}

async function database(context: Context): Promise<Finding[]> {
  const graphs = await context.graphs();
  const findings = await inspect(graphs.common);
  const { existsSync } = await import('node:fs');
  if (context.flags.config === undefined && !existsSync('kgmentor.json'))
    return [
      ...findings,
      { what: 'configuration', ok: true, found: 'none here', mend: '`kgmentor init` writes one' },
    ];
  const config = context.config();
  const { chosenAlignments } = await import('../graph/alignments.js');
  const names = Object.keys(config.sources);
  let chosen: readonly AlignmentConfig[] = [];
  const alignments = await check('alignments', async () => {
    chosen = chosenAlignments(config, names);
    return `${chosen.length} in the configuration`;
  });
  const apart = config.alignments.length === 0 && names.length > 1;
  findings.push(
    apart ? { ...alignments, mend: 'name some: without them no source learns from another' } : alignments,
  );
  const { readEntities } = await import('../graph/readEntities.js');
  const { checkTypes, excludedInVain } = await import('../graph/readTriples.js');
  const { readSchema, requireName } = await import('../graph/schema.js');
  const { weightProperties } = await import('../graph/weights.js');
  const read: LinkSource[] = [];
  for (const [name, source] of Object.entries(config.sources)) {
    const graph = graphs.of(name);
    const schema = await readSchema(graph);
    const inVain = excludedInVain(schema, name, source).map(excludedText);
    const found = await check(`source ${name}`, async () => {
      checkTypes(schema, source);
      weightProperties(schema, source);
      for (const { label, name: shown } of source.nodes) {
        requireName(schema, 'label', label);
        if (shown) requireName(schema, 'property', shown);
      }
      const entities = await readEntities(graph, schema, name, source);
      if (chosen.length > 0) read.push({ name, graph, schema, read: entities });
      const { ids } = entities;
      const nodes = ids.reduce((sum, id) => sum + Number(id >= 0), 0);
      const values = ids.length - nodes;
      return `${count(nodes)} nodes of ${source.nodes.map(({ label }) => label).join(', ')}${values > 0 ? `, ${count(values)} values of properties` : ''}`;
    });
    findings.push(found.ok && inVain.length > 0 ? { ...found, mend: inVain.join('; ') } : found);
  }
  if (chosen.length > 0 && read.length === names.length) findings.push(await links(read, chosen));
  return findings;
}

/** Reads the links as a training does: an alignment that gives none is as likely as not a slip. */
async function links(
  sources: readonly LinkSource[],
  alignments: readonly AlignmentConfig[],
): Promise<Finding> {
  const { readLinks } = await import('../graph/links.js');
  const mends: string[] = [];
  const found = await check('links', async () => {
    const { counts } = await readLinks(sources, alignments);
    // Equal values are beside those of the configuration, and may be none.
    const own = counts.slice(0, alignments.length);
    const empty = own.filter(({ links }) => links === 0).map(({ alignment }) => alignment);
    if (empty.length > 0) mends.push(`correct or take out what gives no link: ${empty.join(', ')}`);
    for (const { unset } of own) if (unset) mends.push(unsetText(unset));
    return counts.map(({ alignment, links }) => `${count(links)} by ${alignment}`).join(', ');
  });
  return mends.length === 0 ? found : { ...found, ok: false, mend: mends.join('; ') };
}

/** What a check found; its failure becomes a fault with the error's own mend. */
async function check(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, found: await look() };
  } catch (error) {
    if (!(error instanceof KgmentorError)) throw error;
    return { what, ok: false, found: error.message, mend: error.next };
  }
}
