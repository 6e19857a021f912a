import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import { type CleanOptions, type CleanResult, cleanUp, together } from '../graph/cleanUp.js';
import type { Graph } from '../graph/connect.js';
import { migrate } from '../graph/migrate.js';
import { publish } from '../graph/publish.js';
import { readPublishedModel } from '../graph/publishedModel.js';
import { type RemovalOptions, type RemovalResult, removeEverything } from '../graph/removal.js';
import { rollback } from '../graph/rollback.js';
import { recordRun } from '../graph/runs.js';
import { judge, refusal } from '../operate/gate.js';
import { graphRecord, progressTo, publishInputOf } from '../publishRun.js';
import { readRecord } from '../train/folder.js';
import { askedRun } from './askedRun.js';
import { type Command, type Flags, notTogether, text } from './command.js';
import { count, duration, type Output } from './output.js';

export const publishCommand: Command = {
  usage: '[<target>] [--run ID] [--gate] [--rollback | --clean | --remove] [--dry-run]',
  summary: 'Writes a student’s vectors to the nodes of its source and points readers at them, all at once.',
  positionals: [0, 1],
  options: {
    run: { type: 'string' },
    gate: { type: 'boolean' },
    rollback: { type: 'boolean' },
    clean: { type: 'boolean' },
    remove: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  help: {
    '--run ID': 'run of the student, the newest finished one where absent',
    '--gate': 'only if it is not worse than the published one on the validation facts, else exit code 6',
    '--rollback': 'point readers at the model before',
    '--clean': 'remove what killed publishers left, of the target or of all',
    '--remove': 'remove all that kgmentor wrote, for the target or for all',
    '--dry-run': 'find the nodes and write nothing',
  },
  stops: true,
  async run({ positionals: [target], flags, out, signal, config: read, graphs }) {
    checkFlags(flags);
    const config = read();
    const dryRun = flags['dry-run'] === true;
    const connections = await graphs('write');
    const graph = target ? connections.of(target) : connections.common;
    if (flags.remove) {
      const removed = await removeFrom(target ? [graph] : connections.all, { source: target, dryRun });
      out.data(removed, () => [
        `${dryRun ? 'would remove' : 'removed'}: ${removed.indexes.length} indexes, vectors of ${count(removed.nodes)} nodes${removed.sources.length > 0 ? ` (${removed.sources.join(', ')})` : ''}`,
      ]);
      return;
    }
    if (flags.clean) {
      const cleaned = await cleanAll(target ? [graph] : connections.all, { source: target, dryRun });
      out.data(cleaned, () => [
        `${dryRun ? 'would remove' : 'removed'}: ${cleaned.indexes.length} indexes, ${count(cleaned.vectors)} vectors, ${cleaned.models.length} models`,
      ]);
      return;
    }
    if (!target)
      throw new KgmentorError('USAGE', 'Which source is to be published?', {
        next: 'Name it: `kgmentor publish <target>`.',
      });
    if (flags.rollback) {
      const back = await rollback(graph, { source: target, dryRun });
      out.data(back, () =>
        back.labels.map(
          ({ label, model }) => `${label}: readers ${dryRun ? 'would be' : 'are'} switched back to ${model}`,
        ),
      );
      return;
    }
    const { folder } = askedRun(config, text(flags, 'run'), target);
    if (flags.gate) await requireGood(folder, graph, target, { config, out, signal });
    if (!dryRun) await migrate(graph);
    const result = await publish(graph, publishInputOf(folder, config, target), {
      dryRun,
      signal,
      onEvent: out.onEvent,
      onProgress: progressTo(out.onEvent),
    });
    if (!dryRun) await recordRun(graph, { ...graphRecord(folder, target), outcome: 'published' });
    out.data(result, () => [
      ...result.labels.map(
        (one) =>
          `${one.label}: ${dryRun ? `${count(one.nodes)} nodes would be written` : `${count(one.written)} written = counted = indexed, index ${one.index}`}`,
      ),
      ...(result.missing > 0
        ? [
            `${count(result.missing)} entities of the model are gone from the graph, such as ${result.missingExamples[0]}`,
          ]
        : []),
      ...(result.withoutVector > 0
        ? [`${count(result.withoutVector)} nodes are new since the training and have no vector`]
        : []),
      ...(dryRun ? [] : [`readers are switched to ${result.model}, ${duration(result.seconds.total)}`]),
    ]);
  },
};

/** @throws KgmentorError USAGE where flags ask for two things at once, one of which might remove what the other wants */
function checkFlags(flags: Flags): void {
  const [way, ...others] = ['remove', 'clean', 'rollback', 'run', 'gate'].filter((name) => flags[name]);
  if (others.length === 0 || way === 'run') return;
  throw notTogether(way, others[0], 'Leave one of them out; nothing was done.');
}

/** @throws KgmentorError GATE for a student that is worse than what readers have */
async function requireGood(
  folder: string,
  graph: Graph,
  target: string,
  { config, out, signal }: { config: Config; out: Output; signal: AbortSignal },
): Promise<void> {
  const { runs, gate, evaluation } = config;
  const published = await readPublishedModel(graph, target);
  const verdict = await judge(
    { folder, published, runs, gate, evaluation },
    { signal, onEvent: out.onEvent },
  );
  if (!verdict.passed) throw refusal(target, readRecord(folder).id, verdict);
  out.say(`passed: ${verdict.why}`);
}

/** Removes what was written from each database, and tells it as one. */
async function removeFrom(graphs: readonly Graph[], options: RemovalOptions): Promise<RemovalResult> {
  const all: RemovalResult[] = [];
  for (const graph of graphs) all.push(await removeEverything(graph, options));
  return {
    sources: all.flatMap(({ sources }) => sources),
    indexes: all.flatMap(({ indexes }) => indexes),
    nodes: all.reduce((sum, { nodes }) => sum + nodes, 0),
  };
}

/** Removes from each database what killed publishers left, and tells it as one. */
async function cleanAll(graphs: readonly Graph[], options: CleanOptions): Promise<CleanResult> {
  const all: CleanResult[] = [];
  for (const graph of graphs) all.push(await cleanUp(graph, options));
  return together(all);
}
