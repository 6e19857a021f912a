import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ENCODER_FACTS, ENCODER_NAMES } from '../../src/encoders.js';
import { tf, tidied } from '../../src/model/backend.js';
import { encoderOf } from '../../src/model/encoders/byName.js';
import { tripleQuery } from '../../src/query/tripleQueries.js';
import { plainQuery } from './_plain.js';

const number = fc.double({ min: -10, max: 10, noNaN: true });

describe('the query of a triple encoder', () => {
  for (const name of ENCODER_NAMES) {
    const query = tripleQuery(name);
    it(`${name}: ${query ? 'is that of its definition, and of the trained one' : 'takes a network'}`, () => {
      assert.equal(query !== undefined, ENCODER_FACTS[name].kind === 'triple');
      if (!query) return;
      const pairs = fc.integer({ min: 1, max: 5 }).chain((half) => {
        const { width } = encoderOf(name, { dim: 2 * half, layers: 1, heads: 1 });
        const vector = (length: number) => fc.array(number, { minLength: length, maxLength: length });
        return fc.tuple(vector(width.entity), vector(width.relation));
      });
      fc.assert(
        fc.property(pairs, ([entity, relation]) => {
          const found = query(entity, relation);
          const encoder = encoderOf(name, { dim: entity.length, layers: 1, heads: 1 });
          const trained = tidied(() =>
            Array.from(
              encoder
                .forward(tf.tensor2d([entity]), tf.tensor2d([relation]), {}, { size: 1, hops: 1 })
                .query.dataSync(),
            ),
          );
          for (const other of [plainQuery(name, entity, relation), trained]) {
            assert.equal(found.length, other.length);
            found.forEach((x, i) => {
              assert.ok(Math.abs(x - other[i]) < 1e-4, `${x}, ${other[i]}`);
            });
          }
        }),
      );
    });
  }

  it('is of no encoder by a name that every object has', () => {
    assert.equal(tripleQuery('constructor'), undefined);
  });
});
