import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dbp5l } from '../../bench/dbp5l/data.js';
import { withDbp5lSplit } from '../../bench/dbp5l/graph.js';
import { checkDataset } from '../../src/kg/check.js';
import { compareKeys, entityKey } from '../../src/kg/keys.js';
import type { Dataset, SourceGraph, Triples } from '../../src/kg/types.js';
import { columns, type Fact } from '../kg/_facts.js';

/** Eleven entities, so that the order of keys is not that of ids: 10 stands before 1. */
const IDS = [...Array(11).keys()];
const keysOf = (label: string) => IDS.map((id) => entityKey(label, [id])).sort(compareKeys);

const source = (name: string, label: string, facts: Fact[]): SourceGraph => ({
  name,
  entities: { keys: keysOf(label), labels: [label], label: new Int32Array(IDS.length) },
  triples: columns(facts),
});
const dataset: Dataset = {
  sources: [source('el', 'Dbp_el', [[0, 1, 2]]), source('en', 'Dbp_en', [[1, 0, 3]])],
  relations: ['born', 'made'],
  alignments: {
    leftSource: Int32Array.of(0),
    left: Int32Array.of(0),
    rightSource: Int32Array.of(1),
    right: Int32Array.of(0),
    confidence: Float32Array.of(1),
  },
};
const graph = (train: Fact[], valid: Fact[], test: Fact[]) => ({
  uris: IDS.map(String),
  train: columns(train),
  valid: columns(valid),
  test: columns(test),
});
const none = graph([], [], []);
const data: Dbp5l = {
  relations: ['made', 'died', 'born', 'alias'],
  graphs: {
    el: graph([[10, 0, 2]], [[2, 1, 10]], [[9, 3, 1]]),
    en: none,
    es: none,
    fr: none,
    ja: none,
  },
  links: [],
  linkRows: 0,
};

test('a split on the ids of the dataset, with the relations of held-out facts in their place', () => {
  const { dataset: whole, split } = withDbp5lSplit(dataset, data, 'el');
  checkDataset(whole);
  assert.deepEqual(whole.relations, ['alias', 'born', 'died', 'made']);
  const said = (triples: Triples, s: number) =>
    Array.from(triples.head, (head, i) => {
      const { keys } = whole.sources[s].entities;
      return [keys[head], whole.relations[triples.relation[i]], keys[triples.tail[i]]];
    });
  const key = (id: number) => entityKey('Dbp_el', [id]);
  assert.deepEqual(said(split.train, 0), [[key(10), 'made', key(2)]]);
  assert.deepEqual(said(split.valid, 0), [[key(2), 'died', key(10)]]);
  assert.deepEqual(said(split.test, 0), [[key(9), 'alias', key(1)]]);
  for (const [s, relation, head, tail] of [
    [0, 'made', 0, 2],
    [1, 'born', 1, 3],
  ] as const) {
    const { entities, triples } = whole.sources[s];
    const facts = [[entities.keys[head], relation, entities.keys[tail]]];
    assert.deepEqual(said(triples, s), facts, 'facts stay as they were');
  }
});
