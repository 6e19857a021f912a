/** A process that imports triples in small chunks, to be killed: `node _importChild.js FILE`. */
import { connect } from '../../src/graph/connect.js';
import { importTriples } from '../../src/graph/import.js';
import { connectionOf } from '../../src/settings.js';

const graph = await connect(connectionOf({}));
await importTriples(
  graph,
  { source: 'el', nodes: { label: 'El', key: 'id' }, file: process.argv[2] },
  {
    chunk: 500,
    batch: 100,
    onProgress: ({ stage, rows }) => stage !== 'check' && process.stdout.write(`${rows}\n`),
  },
);
await graph.close();
