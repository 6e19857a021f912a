import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Language } from '../../bench/dbp5l/data.js';
import { lookupRanks } from '../../src/evaluate/baselines.js';
import { copiedFacts } from '../../src/evaluate/copied.js';
import { knownFacts, rankingQueries } from '../../src/evaluate/filters.js';
import { metricsOf } from '../../src/evaluate/metrics.js';
import { type Linked, linkedLanguages, ORDER, plainLookup } from './_lookup.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const folder = path.resolve(root, '../shared/data/dbp5l');
const skip = !existsSync(folder) && 'DBP-5L is not beside the repository, in ../shared/data/dbp5l';

let read: Linked | undefined;
const linked = () => {
  read ??= linkedLanguages(folder);
  return read;
};

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
const points = (share: number) => (100 * share).toFixed(1);

function lookup(language: Language): Float64Array {
  const { data, around } = linked();
  const { uris, ...split } = data.graphs[language];
  const relations = data.relations.length;
  const queries = rankingQueries(split.test, knownFacts(split, 'tv'), { relations, directions: 'tails' });
  const { background, votes } = around[language];
  return lookupRanks(queries, split.train, background, votes, uris.length, relations);
}

/** MRR in points of each language in the protocol's order, then their average. */
const figures = (ranksOf: (language: Language) => ArrayLike<number>) => {
  const shares = ORDER.map((language) => metricsOf(ranksOf(language)).mrr);
  return [...shares, sum(shares) / ORDER.length].map(points);
};

test('DBP-5L has its known counts', { skip }, () => {
  const { data, conflicts } = linked();
  assert.deepEqual(
    ORDER.map((language) => data.graphs[language].uris.length),
    [5231, 11805, 12381, 13176, 13996],
  );
  assert.equal(data.relations.length, 960);
  assert.equal(new Set(data.relations).size, 960);
  const facts = (split: 'train' | 'valid' | 'test') =>
    sum(ORDER.map((language) => data.graphs[language][split].head.length));
  assert.equal(facts('train'), 138_476);
  assert.equal(facts('valid'), 67_761);
  assert.equal(facts('test'), 19_624);
  assert.equal(data.linkRows, 37_723);
  assert.equal(sum(data.links.map(({ pairs }) => pairs.length)), 37_592);
  assert.equal(conflicts, 0, 'links are one to one');
});

test('799 of 1017 Greek test facts stand in another language, 52 % of all', { skip }, () => {
  const { data, around } = linked();
  const copied = ORDER.map((language) => {
    const { test, uris } = data.graphs[language];
    return copiedFacts(test, around[language].background, uris.length, data.relations.length);
  });
  assert.deepEqual([sum(copied[0]), copied[0].length], [799, 1017]);
  assert.equal(Math.round((100 * sum(copied.map(sum))) / sum(copied.map(({ length }) => length))), 52);
});

test('the lookup ranks as its definition does, one language after the other', { skip }, () => {
  for (const language of ORDER)
    assert.deepEqual([...lookup(language)], plainLookup(linked(), language, 'mean'), language);
});

test('the lookup has its known MRR, ties at their mean rank', { skip }, () => {
  assert.deepEqual(figures(lookup), ['77.6', '71.7', '66.5', '67.1', '41.5', '64.9']);
});

test("the method's table of the lookup is that of ties in the order of the files", { skip }, () => {
  assert.deepEqual(
    figures((language) => plainLookup(linked(), language, 'file')),
    ['78.4', '71.1', '66.4', '67.4', '41.8', '65.0'],
  );
});
