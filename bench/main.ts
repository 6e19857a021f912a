/** `npm run bench -- dbp5l --target el` and others: measurements through a real Neo4j. */
import { parseArgs } from 'node:util';
import { exitCodeOf, KgmentorError } from '../src/errors.js';
import { runDbp5l } from './dbp5l/run.js';
import { runFeed } from './feed.js';
import { gridBench, ONLY } from './grid/bench.js';
import { runImport } from './import/run.js';
import { runScale } from './scale/run.js';
import { writeTables } from './tables/write.js';

const usage = `npm run bench -- grid [options]
                     all cells of docs/results.md that bench/results/dbp5l.jsonl lacks; stopped and killed ones go on
  --only PART        ${ONLY}
  --dry-run          say what would be run
  --hours H          begin no cell after that many
  --runs DIR         run folders, runs/grid where absent
  --results FILE     other results than the committed ones
  --dim N, --epochs N
                     other sizes, to try it out
npm run bench -- tables
                     write docs/results.md and the table of the README from the results
npm run bench -- dbp5l --target el [options]
                     one target's table with time and memory
npm run bench -- feed [options]
                     the linked student of a target by both feeds; takes --target, --dim, --data, --seed,
                     --epochs, --threads and --json
npm run bench -- import [options]
                     rows a second and peak memory of the import of a made-up file and of one ten times as large
  --triples N        rows of the larger one, 100,000 where absent
  --format F         tsv, nt or tsv.gz and nt.gz; nt where absent
npm run bench -- scale [options]
                     time, peak memory and growth of every stage, from a made-up graph of three linked
                     sources to published vectors; takes --dim, --seed, --threads and --json
  --triples LIST     sizes, 100000,1000000,5000000 where absent; a tenth as many entities
  --stages LIST      only these of generate, import, read, subgraph, joint, teacher, student, publish,
                     after those that they need
  --limit M          an epoch that would take more minutes is estimated from 20 steps; 30 where absent
  --target L         language of the student, el where absent
  --dim N            numbers a student vector, 128 where absent; 32 for feed
  --data DIR         folder of DBP-5L, ../shared/data/dbp5l where absent
  --seed N           seed of teacher and students, 1 where absent
  --models LIST      only these rows of the table
  --epochs N         epochs of a student at most; 12 for feed where absent
  --teacher-epochs N epochs of the teacher
  --runs DIR         keep the run folders there; a finished teacher is used again
  --threads N        threads of TensorFlow
  --grow-links       of dbp5l: add links that the facts around unlinked entities are sure of
  --no-publish       leave publishing out
  --json             the last line of stdout is one object`;

const BENCHES = ['grid', 'tables', 'dbp5l', 'feed', 'import', 'scale'];

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      triples: { type: 'string' },
      stages: { type: 'string' },
      limit: { type: 'string', default: '30' },
      format: { type: 'string', default: 'nt' },
      target: { type: 'string', default: 'el' },
      dim: { type: 'string' },
      data: { type: 'string', default: '../shared/data/dbp5l' },
      seed: { type: 'string', default: '1' },
      models: { type: 'string' },
      epochs: { type: 'string' },
      'teacher-epochs': { type: 'string' },
      runs: { type: 'string' },
      threads: { type: 'string' },
      only: { type: 'string' },
      hours: { type: 'string' },
      results: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'grow-links': { type: 'boolean', default: false },
      'no-publish': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const bench = positionals[0];
  if (values.help || !BENCHES.includes(bench)) {
    if (!values.help) throw new KgmentorError('USAGE', 'Which bench?', { next: usage });
    process.stdout.write(`${usage}\n`);
    return;
  }
  const { data, json } = values;
  const [dim, epochs, threads] = [values.dim, values.epochs, values.threads].map(number);
  const common = { target: values.target, data, seed: Number(values.seed), threads, json };
  if (bench === 'import')
    await runImport({ triples: Number(values.triples ?? 100_000), format: values.format, json });
  else if (bench === 'scale')
    await runScale({
      triples: (values.triples ?? '100000,1000000,5000000').split(',').map(Number),
      stages: values.stages?.split(','),
      seed: Number(values.seed),
      dim,
      threads,
      limitMinutes: Number(values.limit),
      json,
    });
  else if (bench === 'tables') writeTables({ json });
  else if (bench === 'grid') {
    const { only, runs, results, 'dry-run': dryRun } = values;
    const hours = number(values.hours);
    await gridBench({ data, only, dryRun, hours, threads, runs, results, tiny: { dim, epochs }, json });
  } else if (bench === 'feed') await runFeed({ ...common, dim: dim ?? 32, epochs: epochs ?? 12 });
  else
    await runDbp5l({
      ...common,
      dim: dim ?? 128,
      models: values.models?.split(','),
      epochs,
      teacherEpochs: number(values['teacher-epochs']),
      runs: values.runs,
      publish: !values['no-publish'],
      grow: values['grow-links'],
    });
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof KgmentorError && error.next) process.stderr.write(`${error.next}\n`);
  if (!(error instanceof KgmentorError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = exitCodeOf(error);
});
