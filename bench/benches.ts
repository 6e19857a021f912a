import type { ParseArgsConfig } from 'node:util';
import { runBackends } from './backends.js';
import { runCore } from './core/bench.js';
import { runDbp5l } from './dbp5l/run.js';
import { runFeed } from './feed.js';
import { runGpu } from './gpu/run.js';
import { gridBench, ONLY } from './grid/bench.js';
import { runImport } from './import/run.js';
import { runIncremental } from './incremental.js';
import {
  common,
  data,
  dataOf,
  dim,
  isOn,
  list,
  number,
  type Option,
  seed,
  takes,
  target,
  text,
  threads,
  turns,
  type Values,
} from './options.js';
import { runPeers } from './peers/run.js';
import { runScale, SCALE_NEGATIVES } from './scale/run.js';
import { writeTables } from './tables/write.js';
import { runTraffic } from './traffic/run.js';

export interface Bench {
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  run(values: Values): Promise<void> | void;
}

/** All measurements by name. Each takes --json besides: the last line of stdout is then one object. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  grid: {
    summary:
      'all cells of docs/results.md that bench/results/dbp5l.jsonl lacks; stopped and killed ones go on',
    options: {
      only: takes('PART', ONLY),
      'dry-run': { help: 'say what would be run' },
      hours: takes('H', 'begin no cell after that many'),
      runs: takes('DIR', 'run folders, runs/grid where absent'),
      results: takes('FILE', 'other results than the committed ones'),
      dim: takes('N', 'other sizes, to try it out'),
      epochs: takes('N', 'the same'),
      ...data,
      ...threads,
    },
    async run(values) {
      const tiny = { dim: number(values, 'dim', undefined), epochs: number(values, 'epochs', undefined) };
      const [only, runs, results] = ['only', 'runs', 'results'].map((name) => text(values, name));
      await gridBench({
        ...{ data: dataOf(values), only, runs, results, tiny },
        dryRun: isOn(values, 'dry-run'),
        hours: number(values, 'hours', undefined),
        threads: number(values, 'threads', undefined),
        json: isOn(values, 'json'),
      });
    },
  },
  tables: {
    summary: 'write docs/results.md and the table of the README from the results',
    options: {},
    run: (values) => writeTables({ json: isOn(values, 'json') }),
  },
  dbp5l: {
    summary: 'one target’s table with time and memory',
    options: {
      ...target,
      ...dim(128),
      ...data,
      ...seed,
      models: takes('LIST', 'only these rows of the table'),
      epochs: takes('N', 'epochs of a student at most'),
      'teacher-epochs': takes('N', 'epochs of the teacher'),
      runs: takes('DIR', 'keep the run folders there; a finished teacher is used again'),
      'grow-links': { help: 'add links that the facts around unlinked entities are sure of' },
      'no-publish': { help: 'leave publishing out' },
      ...threads,
    },
    run: (values) =>
      runDbp5l({
        ...common(values),
        dim: number(values, 'dim', 128),
        models: list(values, 'models'),
        epochs: number(values, 'epochs', undefined),
        teacherEpochs: number(values, 'teacher-epochs', undefined),
        runs: text(values, 'runs'),
        publish: !isOn(values, 'no-publish'),
        grow: isOn(values, 'grow-links'),
      }),
  },
  feed: {
    summary: 'the linked student of a target by both feeds',
    options: {
      ...target,
      ...dim(32),
      ...data,
      ...seed,
      epochs: takes('N', '12 where absent'),
      ...threads,
    },
    run: (values) =>
      runFeed({ ...common(values), dim: number(values, 'dim', 32), epochs: number(values, 'epochs', 12) }),
  },
  incremental: {
    summary:
      'a student that goes on from that of 95 % of a target’s training facts, beside two trained anew on all: time, quality, drift',
    options: {
      ...target,
      ...dim(128),
      ...data,
      ...seed,
      epochs: takes('N', 'epochs of a whole training, 12 where absent'),
      teacher: takes('DIR', 'run folder of a finished teacher; one is trained where absent'),
      ...threads,
    },
    run: (values) =>
      runIncremental({
        ...common(values),
        dim: number(values, 'dim', 128),
        epochs: number(values, 'epochs', undefined),
        teacher: text(values, 'teacher'),
      }),
  },
  import: {
    summary: 'rows a second and peak memory of the import of a made-up file and of one ten times as large',
    options: {
      triples: takes('N', 'rows of the larger one, 100,000 where absent'),
      format: takes('F', 'tsv, nt or tsv.gz and nt.gz; nt where absent'),
    },
    run: (values) =>
      runImport({
        triples: number(values, 'triples', 100_000),
        format: text(values, 'format') ?? 'nt',
        json: isOn(values, 'json'),
      }),
  },
  traffic: {
    summary:
      'reading, writing vectors and the linked subgraph against the bare driver and hand-written queries of bench/reference/traffic, on DBP-5L as often as --triples asks',
    options: {
      triples: takes('N', 'triples of the graph, at least; 100,000 where absent'),
      ...turns(21),
      hub: takes('N', 'then read, feed and predict around one more node with so many relationships'),
      ...target,
      ...data,
    },
    run: (values) =>
      runTraffic({
        data: dataOf(values),
        target: text(values, 'target') ?? 'el',
        triples: number(values, 'triples', 100_000),
        turns: number(values, 'turns', 21),
        hub: number(values, 'hub', 0),
        json: isOn(values, 'json'),
      }),
  },
  backends: {
    summary: 'the demo by the native TensorFlow and on WebAssembly',
    options: turns(7),
    run: (values) => runBackends({ turns: number(values, 'turns', 7), json: isOn(values, 'json') }),
  },
  scale: {
    summary:
      'time, peak memory and growth of every stage, from a made-up graph of three linked sources to published vectors',
    options: {
      triples: takes('LIST', 'sizes, 100000,1000000,5000000 where absent; a tenth as many entities'),
      stages: takes(
        'LIST',
        'only these of generate, import, read, subgraph, joint, teacher, student, evaluate, publish, after those that they need',
      ),
      negatives: takes(
        'N',
        `entities that a step draws at every size, ${SCALE_NEGATIVES.toLocaleString('en-US')} where absent, of which the smallest size has enough; 0 for all`,
      ),
      limit: takes('M', 'an epoch that would take more minutes is estimated from 20 steps; 30 where absent'),
      dim: takes('N', 'numbers a vector'),
      ...seed,
      ...threads,
    },
    run: (values) =>
      runScale({
        triples: (text(values, 'triples') ?? '100000,1000000,5000000').split(',').map(Number),
        stages: list(values, 'stages'),
        seed: number(values, 'seed', 1),
        dim: number(values, 'dim', undefined),
        threads: number(values, 'threads', undefined),
        negatives: number(values, 'negatives', SCALE_NEGATIVES),
        limitMinutes: number(values, 'limit', 30),
        json: isOn(values, 'json'),
      }),
  },
  core: {
    summary:
      'CPU time of training steps and of filtered ranking beside PyTorch’s on the same weights and batches; fetches PyTorch once (about 5 GB)',
    options: {
      encoder: takes('LIST', 'some of complex, distmult, transe, rsn, transformer'),
      ...turns(7),
      steps: takes('N', 'steps a turn, 20 where absent'),
      leak: { help: 'instead: tensors and resident memory over 2,000 steps of the product alone' },
      ...target,
      ...data,
      ...seed,
      ...threads,
    },
    run: (values) =>
      runCore({
        ...common(values),
        encoder: text(values, 'encoder'),
        turns: number(values, 'turns', 7),
        steps: number(values, 'steps', 20),
        leak: isOn(values, 'leak'),
      }),
  },
  peers: {
    summary:
      'PyKEEN’s pipeline and the student alone by the time to PyKEEN’s best validation MRR; vectors of Neo4j Graph Data Science ranked beside students; fetches both once (about 6 GB with PyTorch)',
    options: {
      only: takes('PART', 'pykeen or gds'),
      tune: {
        help: 'instead: the best of nine settings for PyKEEN and the student, kept in bench/peers/tuned.json',
      },
      ...turns(7),
      epochs: takes('N', 'of a training of that comparison at most, 60 where absent'),
      teacher: takes('DIR', 'a run folder of `dbp5l --runs`: its student as well beside GDS'),
      ...dim(128),
      ...target,
      ...data,
      ...seed,
      ...threads,
    },
    run: (values) =>
      runPeers({
        ...common(values),
        only: text(values, 'only'),
        tune: isOn(values, 'tune'),
        turns: number(values, 'turns', 7),
        epochs: number(values, 'epochs', 60),
        dim: number(values, 'dim', 128),
        teacher: text(values, 'teacher'),
      }),
  },
  gpu: {
    summary: 'rows a second, memory and losses of trainings on the first NVIDIA GPU and on the CPU, by turns',
    options: {
      models: takes('LIST', 'encoders; complex,transe,rsn,transformer where absent'),
      entities: takes('N', '20,000 where absent'),
      triples: takes('N', '100,000 where absent'),
      ...dim(256),
      epochs: takes('N', '3 where absent'),
      ...turns(7),
      ...threads,
    },
    run: (values) =>
      runGpu({
        encoders: list(values, 'models') ?? ['complex', 'transe', 'rsn', 'transformer'],
        entities: number(values, 'entities', 20_000),
        triples: number(values, 'triples', 100_000),
        dim: number(values, 'dim', 256),
        turns: number(values, 'turns', 7),
        epochs: number(values, 'epochs', 3),
        threads: number(values, 'threads', undefined),
        json: isOn(values, 'json'),
      }),
  },
};

/** What parses a bench's options. */
export function parsed({ options }: Bench): NonNullable<ParseArgsConfig['options']> {
  const types = Object.entries(options).map(([name, option]) => [
    name,
    { type: option.takes === undefined ? 'boolean' : 'string' },
  ]);
  return { ...Object.fromEntries(types), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
}

/** The help of some benches. */
export const usage = (names: readonly string[]): string =>
  names
    .map((name) => {
      const { summary, options } = BENCHES[name];
      const lines = Object.entries(options).map(
        ([option, { takes: what, help }]) => `  ${`--${option}${what ? ` ${what}` : ''}`.padEnd(20)} ${help}`,
      );
      return [`npm run bench -- ${name}: ${summary}`, ...lines].join('\n');
    })
    .join('\n');
