import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { filesOf, keyOf, writeGraph } from '../../bench/scale/files.js';
import { type ScaleFact, scaleGraph, shapeOf } from '../../bench/scale/graph.js';
import { growthOf } from '../../bench/scale/growth.js';

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

async function written(triples: number, seed: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-scale-'));
  made.push(folder);
  const shape = shapeOf(triples, seed);
  const files = filesOf(folder, shape);
  const graph = scaleGraph(shape);
  const counts = await writeGraph(graph, files);
  const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return { shape, graph, counts, files, lines };
}

test('a made-up graph has as many facts and entities as were asked for, each once', async () => {
  const { shape, counts, files, lines } = await written(20_000, 1);
  assert.deepEqual([counts.triples, counts.entities], [20_000, 2000]);
  const facts = files.sources.flatMap(({ triples }) => lines(triples));
  assert.equal(new Set(facts).size, 20_000);
  const nodes = files.sources.flatMap(({ nodes }) => lines(nodes).slice(1));
  const keys = new Set(nodes.map((line) => line.split(',')[0]));
  assert.equal(keys.size, shape.entities);
  for (const line of facts) {
    const [head, , tail] = line.split('\t');
    assert.ok(keys.has(head) && keys.has(tail) && head !== tail, line);
  }
});

test('the same seed makes the same files, another one others', async () => {
  const [a, b, c] = [await written(3000, 1), await written(3000, 1), await written(3000, 2)];
  const text = ({ files, lines }: typeof a) =>
    JSON.stringify(
      [...files.sources.flatMap((s) => [s.nodes, s.triples]), ...files.links.map((l) => l.file)].map(lines),
    );
  assert.equal(text(a), text(b));
  assert.notEqual(text(a), text(c));
});

test('links join the entities of one concept, and facts overlap through them', async () => {
  const { graph, counts, files, lines } = await written(20_000, 1);
  const pairs = files.links.flatMap(({ file }) => lines(file));
  assert.equal(pairs.length, counts.links);
  assert.ok(counts.links > 200);
  const conceptOf = (key: string) => key.split('-')[1];
  for (const line of pairs) {
    const [left, right] = line.split('\t');
    assert.equal(conceptOf(left), conceptOf(right));
    assert.notEqual(left, right);
  }
  const told = new Set(files.sources.flatMap(({ triples }) => lines(triples)));
  const retold = [...graph.facts()].filter(({ sources }) => sources.length > 1);
  assert.ok(retold.length > 100, `${retold.length} facts stand in two sources`);
  for (const { head, relation, tail, sources } of retold.slice(0, 200))
    for (const source of sources) {
      assert.ok(graph.holders(head).includes(source) && graph.holders(tail).includes(source));
      assert.ok(told.has(`${keyOf(source, head)}\tR${relation}\t${keyOf(source, tail)}`));
    }
});

test('degrees of entities and relations follow power laws', () => {
  const facts = [...scaleGraph(shapeOf(100_000)).facts()];
  for (const part of ['head', 'relation', 'tail'] as const) {
    const degrees = sortedDegrees(facts, part);
    const from = part === 'relation' ? 1 : 10;
    const ranks = [...Array(Math.floor(degrees.length / 4)).keys()].slice(from);
    const slope = growthOf(
      ranks.map((rank) => rank + 1),
      ranks.map((rank) => degrees[rank]),
    );
    assert.ok(slope !== null && slope < -0.4 && slope > -1.2, `${part}: exponent ${slope}`);
    assert.ok(degrees[0] > 20 * degrees[Math.floor(degrees.length / 2)], `${part}: no hub`);
  }
});

function sortedDegrees(facts: readonly ScaleFact[], part: 'head' | 'relation' | 'tail'): number[] {
  const degree = new Map<number, number>();
  for (const fact of facts) degree.set(fact[part], (degree.get(fact[part]) ?? 0) + 1);
  return [...degree.values()].sort((a, b) => b - a);
}

test('growth is the slope of the logarithms', () => {
  const sizes = [1e5, 1e6, 5e6];
  for (const exponent of [0, 0.5, 1, 2])
    assert.ok(
      Math.abs(
        (growthOf(
          sizes,
          sizes.map((n) => 3 * n ** exponent),
        ) as number) - exponent,
      ) < 1e-9,
    );
  assert.equal(growthOf([10], [1]), null);
  assert.equal(growthOf([10, 100], [0, 1]), null);
});
