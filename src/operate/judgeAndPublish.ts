import type { Config } from '../config.js';
import type { Graph } from '../graph/connect.js';
import { readPublishedModel } from '../graph/publishedModel.js';
import type { PublishInput } from '../graph/publishInput.js';
import { recordRun } from '../graph/runs.js';
import { graphRecord, publishInputOf } from '../publishRun.js';
import { evaluateAndRecord } from '../train/evaluations.js';
import { readRecord } from '../train/folder.js';
import type { RunOptions } from '../train/runFolder.js';
import { type GateVerdict, judge } from './gate.js';

/**
 * What follows a student's training, on one machine and on many: it is evaluated, the quality gate judges it, it is
 * published where that lets it through, and the graph keeps what became of it.
 *
 * @param publish called for a student that passed
 * @throws KgmentorError BAD_DATA when the folder holds no finished student, and what `publish` throws
 */
export async function judgeAndPublish<T>(
  graph: Graph,
  { config, target, folder }: { readonly config: Config; readonly target: string; readonly folder: string },
  { signal, threads, device, onEvent }: RunOptions,
  publish: (run: PublishInput, gate: GateVerdict) => Promise<T>,
): Promise<{ readonly gate: GateVerdict; readonly publication?: T }> {
  const options = { signal, threads, device, onEvent };
  if (!readRecord(folder).metrics) await evaluateAndRecord(folder, options);
  const published = await readPublishedModel(graph, target);
  const { runs, evaluation } = config;
  const gate = await judge({ folder, published, runs, gate: config.gate, evaluation }, options);
  const publication = gate.passed ? await publish(publishInputOf(folder, config, target), gate) : undefined;
  await recordRun(graph, { ...graphRecord(folder, target), outcome: gate.passed ? 'published' : 'refused' });
  return { gate, ...(publication !== undefined && { publication }) };
}
