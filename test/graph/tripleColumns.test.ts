import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entityIndex } from '../../src/graph/entityIndex.js';
import { sourceFacts } from '../../src/graph/sourceFacts.js';
import { type Resolving, TripleColumns } from '../../src/graph/tripleColumns.js';

/** Nodes 10, 11, … are the entities 0, 1, …. */
const at = entityIndex(Float64Array.of(10, 11, 12, 13));
const columns = (ways: Partial<Resolving> = {}) =>
  new TripleColumns({
    at,
    entities: 4,
    nameOf: (type) => type,
    onBadWeight: () => assert.fail('no weight is bad'),
    ...ways,
  });
const of = (type: string, ends: readonly [number, number][], weights: readonly unknown[] = []) => ({
  types: [type],
  heads: [ends.map(([head]) => head)],
  tails: [ends.map(([, tail]) => tail)],
  weights: [weights],
});

describe('facts as they are gathered', () => {
  it('weigh 1 where their type has no weights, whichever types come first', () => {
    const found = columns();
    const ends: [number, number][] = [
      [10, 11],
      [11, 12],
      [12, 13],
    ];
    found.add(of('A', ends.slice(0, 2)));
    found.add(of('C', ends.slice(0, 1)));
    found.add(of('B', ends, [1, null, 3]));
    found.add(of('A', ends.slice(2)));
    found.add(of('B', ends.slice(0, 1), [2]));
    const { relations, triples, duplicates, means } = found.done();
    assert.deepEqual([relations, duplicates], [['A', 'B', 'C'], 1]);
    assert.deepEqual([...triples.head], [0, 0, 0, 1, 1, 2, 2]);
    assert.deepEqual([...triples.relation], [0, 1, 2, 0, 1, 0, 1]);
    assert.deepEqual([...triples.tail], [1, 1, 1, 2, 2, 3, 3]);
    assert.deepEqual([...(triples.weight ?? [])], [1, 1, 1, 1, 1, 1, 1.5]);
    assert.deepEqual(means, { B: 2 });
  });

  it('of two types under one name are each there once, with the larger weight', () => {
    const found = columns({ nameOf: () => 'LIKES' });
    found.add(of('A', [[10, 11]]));
    found.add(
      of(
        '__proto__',
        [
          [10, 11],
          [12, 13],
        ],
        [3, 1],
      ),
    );
    const { relations, triples, duplicates, means } = found.done();
    assert.deepEqual(Object.entries(means), [['__proto__', 2]]);
    assert.deepEqual([relations, duplicates], [['LIKES'], 1]);
    assert.deepEqual([...triples.head], [0, 2]);
    assert.deepEqual([...(triples.weight ?? [])], [1.5, 0.5]);
  });

  it('leave no type behind of which none is taken', () => {
    const outside: [string, number][] = [];
    const found = columns({ keep: (head) => head !== 0, onOutside: (...one) => outside.push(one) });
    found.add(of('A', [[10, 11]], [5]));
    found.add(of('B', [[11, 99]], [7]));
    assert.deepEqual(outside, [['B', 99]]);
    found.add(of('C', [[11, 12]], [7]));
    const { relations, triples, means } = found.done();
    assert.deepEqual([relations, [...triples.head], means], [['C'], [1], { C: 7 }]);
    const nothing = columns().done();
    assert.deepEqual([nothing.relations, nothing.triples.head.length], [[], 0]);
  });

  it('come of several types in one record, of which one weighs, one stands twice and one is not taken', () => {
    const found = columns({ keep: (head) => head !== 1 });
    found.add({
      types: ['B', 'A', 'C', 'B'],
      heads: [[12, 11], [11, 11, 11], [10, 10], [10]],
      tails: [[13, 12], [10, 12, 13], [13, 12], [12]],
      weights: [[4, 9], [], [], [2]],
    });
    const { relations, triples, means } = found.done();
    assert.deepEqual([relations, means], [['B', 'C'], { B: 3 }]);
    assert.deepEqual([...triples.head], [0, 0, 0, 2]);
    assert.deepEqual([...triples.relation], [0, 1, 1, 0]);
    assert.deepEqual([...triples.tail], [2, 2, 3, 3]);
    assert.deepEqual(
      [...(triples.weight ?? [])].map((weight) => weight.toFixed(3)),
      ['0.667', '1.000', '1.000', '1.333'],
    );
  });

  it('keep their weights where little of a record is taken', () => {
    const found = columns({ keep: (head) => head === 2 });
    found.add({ types: ['A'], heads: [[10, 11, 12]], tails: [[13, 13, 13]], weights: [[1, 1, 5]] });
    found.add({ types: ['A'], heads: [[12]], tails: [[11]], weights: [[15]] });
    const { triples, means } = found.done();
    assert.deepEqual(means, { A: 10 });
    assert.deepEqual(
      [[...triples.tail], [...(triples.weight ?? [])]],
      [
        [1, 3],
        [1.5, 0.5],
      ],
    );
  });

  it('share relations with those about values', () => {
    const found = columns();
    found.add(
      of('GENRE', [
        [11, 13],
        [10, 12],
        [10, 12],
      ]),
    );
    found.add(of('ACTS', [[10, 11]]));
    const values = {
      relations: ['GENRE', 'YEAR'],
      triples: {
        head: Int32Array.of(0, 0, 1),
        relation: Int32Array.of(0, 1, 0),
        tail: Int32Array.of(2, 3, 2),
      },
    };
    const { relations, triples, duplicates } = sourceFacts(found.done(), values, 4);
    assert.deepEqual([relations, duplicates], [['ACTS', 'GENRE', 'YEAR'], 2]);
    assert.deepEqual([...triples.head], [0, 0, 0, 1, 1]);
    assert.deepEqual([...triples.relation], [0, 1, 2, 1, 1]);
    assert.deepEqual([...triples.tail], [1, 2, 3, 2, 3]);
  });
});
