import { createHmac, createSecretKey } from 'node:crypto';
import { pickTriples } from './triples.js';
import type { Split, Triples } from './types.js';

/**
 * Holds facts out by a keyed hash of (head key, relation, tail key): which side a fact is on depends on the fact and
 * the key alone, so it stays there across imports, growth and retraining. Each side keeps the order of the triples.
 *
 * @param keys entity → canonical key
 * @param relations relation → name
 * @param options `valid` and `test` are shares in [0, 1), together at most 1; `key` is the key of the hash
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
  const hash = factHash(keys, relations, options.key);
  for (let i = 0; i < triples.head.length; i++) {
    const place = hash(triples.head[i], triples.relation[i], triples.tail[i]);
    (place < options.test ? test : place < options.test + options.valid ? valid : train).push(i);
  }
  return {
    train: pickTriples(triples, train),
    valid: pickTriples(triples, valid),
    test: pickTriples(triples, test),
  };
}

/** The place of a fact in [0, 1) by a keyed hash of its names: even, and the same whatever else the graph holds. */
export function factHash(
  keys: readonly string[],
  relations: readonly string[],
  key: string,
): (head: number, relation: number, tail: number) => number {
  const secret = createSecretKey(key, 'utf8');
  return (head, relation, tail) => {
    const fact = JSON.stringify([keys[head], relations[relation], keys[tail]]);
    // As text: a digest as a buffer costs an allocation outside of the heap, twice the time.
    const digest = createHmac('sha256', secret).update(fact).digest('hex');
    return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32;
  };
}
