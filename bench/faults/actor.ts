/**
 * A process that does as it is told, line by line, so that it can be stopped, killed and raced:
 * `migrate`, or `publish ID EACH SECONDS` with the seconds of its lease. It answers each line with one of JSON, and
 * tells of the stages of a publication in between.
 */
import { createInterface } from 'node:readline';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { openGraph } from './database.js';
import { version } from './versions.js';

const tell = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

const graph = await openGraph();

async function act([what, ...args]: string[]): Promise<void> {
  if (what === 'migrate') return void (await migrate(graph));
  const [id, each, seconds] = args;
  await publish(graph, version(id, Number(each)), {
    graceSeconds: 0,
    seconds: Number(seconds),
    onProgress: ({ stage }) => tell({ stage }),
  });
}

tell({ ready: true });
for await (const line of createInterface({ input: process.stdin }))
  await act(line.split(' ')).then(
    () => tell({ done: true }),
    (error) => tell({ done: false, code: error.code, message: error.message }),
  );
await graph.close();
