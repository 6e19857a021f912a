import { createHmac } from 'node:crypto';
import { pickTriples } from './triples.js';
import type { Split, Triples } from './types.js';

/**
 * Holds facts out by a keyed hash of (head key, relation, tail key): which side a fact is on depends on the fact and
 * the key alone, so it stays there across imports, growth and retraining.
 *
 * @param options.valid share in [0, 1) @param options.test share in [0, 1)
 * @example
 * splitByHash(triples, entities.keys, relations, { valid: 0.05, test: 0.05, key: 'kgmentor' });
 */
export function splitByHash(
  triples: Triples,
  keys: readonly string[],
  relations: readonly string[],
  options: { readonly valid: number; readonly test: number; readonly key: string },
): Split {
  const train: number[] = [];
  const valid: number[] = [];
  const test: number[] = [];
  for (let i = 0; i < triples.head.length; i++) {
    const fact = JSON.stringify([
      keys[triples.head[i]],
      relations[triples.relation[i]],
      keys[triples.tail[i]],
    ]);
    const place = createHmac('sha256', options.key).update(fact).digest().readUInt32BE() / 2 ** 32;
    (place < options.test ? test : place < options.test + options.valid ? valid : train).push(i);
  }
  return {
    train: pickTriples(triples, train),
    valid: pickTriples(triples, valid),
    test: pickTriples(triples, test),
  };
}
