import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dice, equalPairs, NEAR, nearPairs, trigramSets } from '../../src/kg/nameBlocks.js';
import { plainName, plainText, plainValue, trigrams } from '../../src/kg/names.js';

test('names lose what people write differently, and keep what brackets say apart', () => {
  const cases: [string, string, string][] = [
    ['Amélie (film, 2001)', 'amelie', 'film 2001'],
    ['  THE   Matrix! ', 'the matrix', ''],
    ['Ｆｕｌｌｗｉｄｔｈ', 'fullwidth', ''],
    ['Saint-Étienne', 'saint etienne', ''],
    ['ταινία', 'ταινια', ''],
    ['(500) Days of Summer', 'days of summer', '500'],
    ['[untitled]', 'untitled', ''],
    ['http://es.dbpedia.org/resource/Australia_(película)', 'australia', 'pelicula'],
    ['http://example.org/ns#S%C3%A3o_Paulo', 'sao paulo', ''],
    ['http://example.org/100%', '100', ''],
    ['https://www.wikidata.org/wiki/Q42/', 'q42', ''],
    ['東京（都市）', '東京', '都市'],
    ['…', '', ''],
  ];
  for (const [name, text, qualifier] of cases) assert.deepEqual(plainName(name), { text, qualifier }, name);
});

test('a plain text stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(plainText(plainText(text)), plainText(text));
    }),
  );
});

test('numbers compare as numbers, other values as plain text', () => {
  assert.deepEqual(['1999', '1999.0', '+7', '-0.50', 'tt0133093', ' New  York '].map(plainValue), [
    '1999',
    '1999',
    '7',
    '-0.5',
    'tt0133093',
    'new york',
  ]);
});

test('trigrams mark the ends of words, each once', () => {
  assert.deepEqual(trigrams('abc ab'), ['^ab', 'abc', 'bc$', 'ab$']);
  assert.deepEqual(trigrams('東京'), ['^東京', '東京$']);
  assert.deepEqual(trigrams(''), []);
});

const word = fc.stringMatching(/^[ab]{0,6}( [ab]{1,6})?$/);
const words = fc.array(word, { maxLength: 15 });

test('near pairs are all those whose trigrams are near', () => {
  fc.assert(
    fc.property(words, words, (left, right) => {
      const sets = trigramSets(left, right);
      const found = new Set<string>();
      nearPairs(sets.left, sets.right, (a, b) => found.add(`${a} ${b}`));
      const expected = left.flatMap((x, a) =>
        right.flatMap((y, b) => {
          const [mine, theirs] = [new Set(trigrams(x)), new Set(trigrams(y))];
          const both = [...mine].filter((one) => theirs.has(one)).length;
          const near = mine.size + theirs.size === 0 ? 0 : (2 * both) / (mine.size + theirs.size);
          assert.ok(Math.abs(near - dice(sets.left[a], sets.right[b])) < 1e-12);
          return near >= NEAR ? [`${a} ${b}`] : [];
        }),
      );
      assert.deepEqual([...found].sort(), expected.sort());
    }),
    { numRuns: 300 },
  );
});

test('pairs of an equal value are found, but not of one that many have', () => {
  const values = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }), { maxLength: 8 });
  fc.assert(
    fc.property(values, values, (left, right) => {
      const found = new Set<string>();
      equalPairs(left, right, (a, b) => found.add(`${a} ${b}`), 4);
      const count = (side: string[][], one: string) =>
        side.reduce((sum, all) => sum + all.filter((other) => other === one).length, 0);
      const expected = left.flatMap((mine, a) =>
        right.flatMap((theirs, b) =>
          mine.some((one) => theirs.includes(one) && count(left, one) * count(right, one) <= 4)
            ? [`${a} ${b}`]
            : [],
        ),
      );
      assert.deepEqual([...found].sort(), expected.sort());
    }),
  );
});

test('fifty thousand names on either side take seconds of the processor', () => {
  const name = (i: number) => `person ${((i * 2654435761) >>> 0).toString(36)} ${(i % 997).toString(36)}`;
  const left = Array.from({ length: 50_000 }, (_, i) => name(i));
  const right = Array.from({ length: 50_000 }, (_, i) => name(i + 25_000));
  const start = process.cpuUsage();
  const sets = trigramSets(left, right);
  const found = new Set<number>();
  nearPairs(sets.left, sets.right, (a, b) => a === b + 25_000 && found.add(a));
  assert.ok(found.size > 24_900, `${found.size} of 25,000 equal names`);
  const { user, system } = process.cpuUsage(start);
  // Every pair of them would take hours.
  assert.ok((user + system) / 1e6 < 60);
});
