import path from 'node:path';
import type { Config } from '../../../src/config.js';
import { copiedFacts } from '../../../src/evaluate/copied.js';
import type { ModelReport } from '../../../src/evaluate/report.js';
import type { OnEvent } from '../../../src/events.js';
import type { Graph } from '../../../src/graph/connect.js';
import { readDataset } from '../../../src/graph/dataset.js';
import { migrate } from '../../../src/graph/migrate.js';
import { publish } from '../../../src/graph/publish.js';
import { publishInputOf } from '../../../src/publishRun.js';
import { evaluateAndRecord } from '../../../src/train/evaluations.js';
import { prepareStudent, type RetrainInput, retrain } from '../../../src/train/retrain.js';
import type { Dbp5l, Language } from '../../dbp5l/data.js';
import { withDbp5lSplit } from '../../dbp5l/graph.js';
import { studentSettings } from '../../dbp5l/settings.js';
import type { Asked } from './rank.js';

/** Students that need no teacher, and the one that a teacher is given for. */
export type Own = 'alone' | 'linked' | 'student';

export interface OwnMade {
  readonly model: Own;
  /** Of training and publishing. */
  readonly seconds: number;
  readonly validationMrr: number | null;
  readonly report: ModelReport;
}

export interface OwnOptions {
  readonly target: Language;
  readonly dim: number;
  readonly seed: number;
  readonly threads: number;
  readonly epochs?: number;
  /** Run folder. */
  readonly teacher?: string;
  /** Folder for the runs. */
  readonly runs: string;
  readonly onEvent?: OnEvent;
}

/** The target with its linked subgraph as it was read, what is asked of it, and how long the reading took. */
export async function readTarget(graph: Graph, config: Config, data: Dbp5l, options: OwnOptions) {
  const { target } = options;
  const start = performance.now();
  const read = await readDataset(() => graph, config, { around: { target, hops: 0 } });
  const seconds = (performance.now() - start) / 1000;
  const inputOf = (model: Own): RetrainInput => ({
    ...withDbp5lSplit(read.dataset, data, target),
    ...{ target, settings: studentSettings(model, options), evaluation: config.evaluation },
    ...(model === 'student' && { teacher: options.teacher }),
    ...{ folder: path.join(options.runs, model), id: `peers-${model}` },
  });
  const { facts, entities, relations } = prepareStudent(inputOf('linked'));
  const { dataset } = inputOf('linked');
  const asked: Asked = {
    split: facts.split,
    copied: copiedFacts(facts.split.test, facts.background, entities, relations),
    relations: dataset.relations,
  };
  const { keys } = read.dataset.sources.find(({ name }) => name === target)?.entities ?? { keys: [] };
  return { inputOf, asked, keys, seconds };
}

/** Trains, publishes and evaluates one student. */
export async function makeOwn(
  graph: Graph,
  config: Config,
  input: RetrainInput,
  { model, copied, options }: { model: Own; copied: Uint8Array; options: OwnOptions },
): Promise<OwnMade> {
  const { target, threads, onEvent } = options;
  const start = performance.now();
  const { folder, result } = await retrain(input, { threads, onEvent });
  await migrate(graph);
  await publish(graph, publishInputOf(folder, config, target), { graceSeconds: 0 });
  const seconds = (performance.now() - start) / 1000;
  const { tv } = await evaluateAndRecord(folder, { filters: ['tv'], threads, copied });
  return { model, seconds, validationMrr: result.best, report: tv as ModelReport };
}
