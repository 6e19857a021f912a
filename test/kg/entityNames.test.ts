import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { entityFinder, entityName, type NamedSource, spaceless } from '../../src/kg/entityNames.js';
import { compareKeys, entityKey, type KeyValue } from '../../src/kg/keys.js';

const sourceOf = (name: string, entities: readonly (readonly [string, ...KeyValue[]])[]): NamedSource => {
  const labels = [...new Set(entities.map(([label]) => label))];
  const keys = entities.map(([label, ...values]) => entityKey(label, values)).sort(compareKeys);
  return {
    name,
    entities: { keys, labels, label: Int32Array.from(keys, (key) => labels.indexOf(JSON.parse(key)[0])) },
  };
};
const place = (sources: readonly NamedSource[], source: number, label: string, ...values: KeyValue[]) => ({
  source,
  entity: sources[source].entities.keys.indexOf(entityKey(label, values)),
});

const value = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', ':', ' ', '\t', '%', '"', '[', '　', '\u0085'), maxLength: 4 }),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
);
const someSource = fc
  .uniqueArray(fc.tuple(fc.constantFrom('A', 'B b'), fc.array(value, { minLength: 1, maxLength: 2 })), {
    minLength: 1,
    maxLength: 5,
    selector: ([label, values]) => entityKey(label, values),
  })
  .map((entities) =>
    sourceOf(
      'my films',
      entities.map(([label, values]) => [label, ...values]),
    ),
  );

test('an entity is found by its name, which has no white space', () => {
  fc.assert(
    fc.property(someSource, (source) => {
      const find = entityFinder([source]);
      for (const entity of source.entities.keys.keys()) {
        const name = entityName(source, entity);
        assert.doesNotMatch(name, /[\s\p{Cc}]/u);
        assert.ok(
          find(name).some((found) => found.entity === entity),
          name,
        );
      }
    }),
  );
});

const films = sourceOf('films', [
  ['Film', 'f1'],
  ['Film', 'The Matrix'],
]);
const people = sourceOf('people', [
  ['Person', 'f1'],
  ['Team', 'f1'],
  ['Team', 'Ajax', 1900],
]);
const sources = [films, people];

test('names say as much as is needed', () => {
  assert.equal(entityName(films, 0), 'films:The%20Matrix');
  assert.deepEqual(
    people.entities.keys.map((_, i) => entityName(people, i)),
    ['people:Person:f1', 'people:Team:["Ajax",1900]', 'people:Team:f1'],
  );
  assert.equal(spaceless('ä\u3000b\n'), 'ä%E3%80%80b%0A');
});

test('a name is read as key, label and key, source and key, or all three', () => {
  const find = entityFinder(sources);
  const matrix = [place(sources, 0, 'Film', 'The Matrix')];
  for (const name of [
    'The Matrix',
    'The%20Matrix',
    'Film:The Matrix',
    'films:The Matrix',
    'films:Film:The%20Matrix',
  ])
    assert.deepEqual(find(name), matrix, name);
  assert.deepEqual(find('people:Team:["Ajax", 1900]'), [place(sources, 1, 'Team', 'Ajax', 1900)]);
  assert.deepEqual(find('Film:f1'), [place(sources, 0, 'Film', 'f1')]);
  assert.deepEqual(find('films:f2'), []);
  assert.equal(find('f1').length, 3);
  assert.equal(find('people:f1').length, 2);
});

test('where one source is meant, others are not looked at', () => {
  assert.deepEqual(entityFinder(sources, 'films')('f1'), [place(sources, 0, 'Film', 'f1')]);
  assert.equal(entityFinder(sources, 'people')('f1').length, 2);
  assert.deepEqual(entityFinder(sources, 'people')('films:f1'), []);
});
