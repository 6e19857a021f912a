/** Imports one file and tells rows, seconds and peak memory as JSON: `node child.js FILE`. */
import path from 'node:path';
import { connect } from '../../src/graph/connect.js';
import { importTriples } from '../../src/graph/import.js';
import { connectionOf } from '../../src/settings.js';

const file = process.argv[2];
const label = `Bench ${path.basename(file)}`;
const graph = await connect(connectionOf({}));
const { lines, seconds } = await importTriples(graph, {
  source: 'bench',
  nodes: { label, key: 'id' },
  file,
});
await graph.close();
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ rows: lines, seconds, peakMb })}\n`);
