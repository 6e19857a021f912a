import { count, createOutput, table } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { connect } from '../../src/graph/connect.js';
import { entityKey } from '../../src/kg/keys.js';
import { connectionOf } from '../../src/settings.js';
import { type Dbp5l, readDbp5l } from '../dbp5l/data.js';
import { dbp5lConfig, importDbp5l } from '../dbp5l/graph.js';
import { copiesOf, triplesOf } from './copies.js';
import { addHub } from './hub.js';
import { benchLinking, type Linking } from './linking.js';
import { type Memory, memoryOf, STEPS } from './memory.js';
import { benchReading, type Reading } from './reading.js';
import type { Paired } from './turns.js';
import { benchWriting, type Writing } from './writing.js';

export interface TrafficOptions {
  readonly data: string;
  readonly triples: number;
  /** Relationships of one node more, with which each way of reading is tried; 0 for none. */
  readonly hub: number;
  readonly target: string;
  readonly turns: number;
  readonly json: boolean;
}

/** What the measurements gave; `memory` of whole readings, with the hub where there is one. */
export interface Traffic {
  readonly triples: number;
  readonly turns: number;
  readonly reading: Reading;
  readonly writing: Writing;
  readonly linking: Linking;
  readonly hub: number;
  readonly memory: readonly Memory[];
}

/** The product's database traffic and the bare driver's, on DBP-5L as many times as the triples ask for. */
export async function runTraffic(options: TrafficOptions): Promise<void> {
  const { triples, turns, hub, data, json } = options;
  if (![triples, turns].every((n) => Number.isInteger(n) && n > 0) || !(Number.isInteger(hub) && hub >= 0))
    throw new KgmentorError(
      'USAGE',
      `--triples ${triples} --turns ${turns} --hub ${hub} cannot be measured.`,
      {
        next: 'Give whole numbers, such as --triples 138476 --turns 21 --hub 200000.',
      },
    );
  const out = createOutput({ json, quiet: false, verbose: false });
  const traffic = await measureTraffic(readDbp5l(data), options, out.say);
  out.data(traffic, () => linesOf(traffic));
}

/** The measurements themselves, on an empty database. */
export async function measureTraffic(
  one: Dbp5l,
  { triples, turns, hub, target }: Omit<TrafficOptions, 'data' | 'json'>,
  say: (line: string) => void,
): Promise<Traffic> {
  const data = copiesOf(one, Math.ceil(triples / triplesOf(one)));
  const config = dbp5lConfig();
  const graph = await connect(connectionOf({}));
  try {
    say(`importing ${count(triplesOf(data))} triples`);
    await importDbp5l(graph, data);
    say(`reading, ${turns} paired turns`);
    const reading = await benchReading(graph, config, turns);
    say('the linked subgraph');
    const linking = await benchLinking(graph, config, target, turns);
    say('writing vectors');
    const [node] = config.sources.en.nodes;
    const keys = data.graphs.en.uris.map((_, id) => entityKey(node.label, [id]));
    const writing = await benchWriting(graph, { source: 'en', node, keys }, turns);
    if (hub > 0) {
      say(`a node with ${count(hub)} relationships`);
      const other = config.sources.el.nodes[0].label;
      await addHub(graph, { label: node.label, other, nodes: keys.length, relationships: hub });
    }
    const memory: Memory[] = [];
    for (const step of hub > 0 ? STEPS : STEPS.slice(0, 2)) memory.push(await memoryOf(step));
    return { triples: reading.triples, turns, reading, writing, linking, hub, memory };
  } finally {
    await graph.close();
  }
}

/** What is asked of a kind of traffic: of the reference's rate at least, or of its time at most. */
type Bar = { readonly least: number } | { readonly most: number };

function linesOf({ triples, turns, reading, writing, linking, hub, memory }: Traffic): string[] {
  const row = (name: string, rows: number, { product, reference, ratio }: Paired, bar: Bar) => [
    name,
    count(rows),
    product.toFixed(2),
    reference.toFixed(2),
    'least' in bar ? `${(100 / ratio).toFixed(0)} %` : ratio.toFixed(2),
    'least' in bar ? `≥ ${100 * bar.least} %` : `≤ ${bar.most.toFixed(2)}`,
    ('least' in bar ? 1 / ratio >= bar.least : ratio <= bar.most) ? 'held' : 'missed',
  ];
  return [
    `DBP-5L, ${count(triples)} triples, medians of ${turns} paired turns`,
    '',
    ...table(
      ['traffic', 'rows', 'kgmentor s', 'reference s', 'ratio', 'bar', ''],
      [
        row('reading all sources', triples, reading, { least: 0.8 }),
        row('writing vectors', writing.vectors, writing, { least: 0.8 }),
        row('linked subgraph, its nodes known', linking.triples, linking, { most: 1.3 }),
      ],
    ),
    `references: the bare driver with the same queries in ${reading.sessions} sessions; ${writing.query} by ${writing.batch}; ${linking.query}, ${count(linking.queryTriples)} triples`,
    '',
    ...table(
      [
        hub > 0 ? `with a node of ${count(hub)} relationships` : 'in a process of its own',
        'seconds',
        'peak MB',
      ],
      memory.map(({ step, seconds, peakMb }) => [step, seconds.toFixed(1), count(peakMb)]),
    ),
  ];
}
