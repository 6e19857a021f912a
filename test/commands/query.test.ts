import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import type { KeyValue } from '../../src/kg/keys.js';
import type { AddResult } from '../../src/query/addNodes.js';
import { kgmentor } from '../_cli.js';
import { run, useGraph } from '../_neo4j.js';
import { testModel } from '../_publication.js';

const held = useGraph();
const BIG = 2n ** 53n;
const nodes = [
  { label: 'Big', key: 'id', name: 'name' },
  { label: 'Pair', key: ['id', 'of'], name: 'name' },
  { label: 'Mixed', key: 'id', name: 'name' },
];
/** Neighbours beyond 2^53 are one number to JavaScript; a text, an integer, a boolean and a float are keys, too. */
const KEYS: Record<string, KeyValue[][]> = {
  Big: [[BIG + 1n], [BIG + 2n], [BIG + 3n]],
  Pair: [
    [BIG + 1n, 'a "b" 9007199254740993'],
    [BIG + 2n, 'a'],
    [-1.5, 'a'],
  ],
  Mixed: [['1'], [2], [true], [0.25]],
};
let folder: string;

/** The nodes that `similar` answers with are all others: their names tell which one was asked about. */
async function others(label: string, key: string): Promise<string[]> {
  const { code, stdout, stderr } = await kgmentor(
    ['similar', 'all', key, '--label', label, '--k', '50', '--json'],
    { cwd: folder },
  );
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
}

const namesWithout = (label: string, asked: number): string[] =>
  KEYS[label].map((_, i) => `${label} ${i}`).filter((_, i) => i !== asked);

describe('a key on the command line', () => {
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-query-'));
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify({ sources: { all: { nodes } } }));
    for (const { label, key } of nodes)
      for (const [i, values] of KEYS[label].entries()) {
        const properties = Object.fromEntries([key].flat().map((name, k) => [name, values[k]]));
        const integer = values.map((value) => (Number.isInteger(value) ? BigInt(value as number) : value));
        await run(held.graph, `CREATE (n:${label}) SET n = $properties, n.id = $id, n.name = $name`, {
          properties,
          id: integer[0],
          name: `${label} ${i}`,
        });
      }
    await migrate(held.graph);
    await publish(held.graph, testModel({ id: 'm', source: 'all', nodes, keys: KEYS }), { graceSeconds: 0 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('beyond 2^53 names this very node', async () => {
    assert.deepEqual(await others('Big', '9007199254740993'), namesWithout('Big', 0));
  });

  it('of several parts holds integers beyond 2^53, texts and numbers as they are', async () => {
    const typed = [
      '[9007199254740993, "a \\"b\\" 9007199254740993"]',
      '[9007199254740994,"a"]',
      '[-1.5,"a"]',
    ];
    for (const [i, key] of typed.entries())
      assert.deepEqual(await others('Pair', key), namesWithout('Pair', i));
  });

  it('is text, an integer, a number, true or false', async () => {
    for (const [i, [value]] of KEYS.Mixed.entries())
      assert.deepEqual(await others('Mixed', String(value)), namesWithout('Mixed', i));
  });

  it('that no node has, or that no integer of the database can be, says so', async () => {
    for (const key of ['9007199254740999', '99999999999999999999']) {
      const { code, stderr } = await kgmentor(['similar', 'all', key, '--label', 'Big'], { cwd: folder });
      assert.equal(code, 5, stderr);
      assert.match(stderr, /No Big node has the key/);
    }
  });

  it('comes back in JSON, beyond 2^53 as text', async () => {
    const { stdout, stderr } = await kgmentor(
      ['similar', 'all', '9007199254740993', '--label', 'Big', '--json'],
      { cwd: folder },
    );
    const keys = (JSON.parse(stdout || stderr) as { key: unknown[] }[]).map(({ key }) => key[0]).sort();
    assert.deepEqual(keys, ['9007199254740994', '9007199254740995']);
  });

  it('names a new node that `add` gives a vector, which a dry run does not', async () => {
    await run(held.graph, 'MATCH (n:Big {id: $id}) CREATE (:Big {id: $id + 9, name: "new"})-[:R]->(n)', {
      id: BIG + 1n,
    });
    await run(held.graph, 'MATCH (n:Big {id: $id}) MATCH (m:Pair) CREATE (m)-[:R]->(n)', { id: BIG + 1n });
    const add = async (...flags: string[]) => {
      const line = ['add', 'all', '9007199254741002', '--label', 'Big', '--json', ...flags];
      const { code, stdout, stderr } = await kgmentor(line, { cwd: folder });
      assert.equal(code, 0, stderr);
      const { added, already, indexed } = JSON.parse(stdout) as AddResult;
      return [added.length, already, indexed];
    };
    assert.deepEqual(await add('--dry-run'), [1, 0, 0]);
    assert.deepEqual(await add(), [1, 0, 1]);
    assert.deepEqual(await add(), [0, 1, 0]);
    assert.deepEqual(await others('Big', '9007199254741002'), namesWithout('Big', -1));
  });
});
