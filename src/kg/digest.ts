import { createHash, type Hash } from 'node:crypto';
import { compareKeys } from './keys.js';
import { dedupeTriples } from './triples.js';
import type { Alignments, Dataset, Entities } from './types.js';

/**
 * SHA-256 of a dataset's content, in hexadecimal: the same for the same sources, entities, relations, facts and links
 * in whichever order they come, links in either direction. Weights of facts count, all of 1 as much as none. Display
 * names do not count: nothing is trained on them.
 *
 * @param dataset keys and relations sorted, as their contract says
 * @example
 * datasetDigest(dataset); // '9f86d081884c7d65…'
 */
export function datasetDigest({ sources, relations, alignments }: Dataset): string {
  const hash = createHash('sha256');
  const order = [...sources.keys()].sort((a, b) => compareKeys(sources[a].name, sources[b].name));
  addTexts(hash, relations);
  for (const { name, entities, triples } of order.map((s) => sources[s])) {
    addTexts(hash, [name]);
    addTexts(hash, entities.keys);
    addLabels(hash, entities);
    const sorted = dedupeTriples(triples, entities.keys.length, relations.length);
    for (const part of [sorted.head, sorted.relation, sorted.tail]) addColumn(hash, part);
    if (sorted.weight?.some((weight) => weight !== 1)) {
      hash.update('weights');
      addColumn(hash, sorted.weight);
    }
  }
  addLinks(hash, alignments, order);
  return hash.digest('hex');
}

/** Each part begins with its length, so that no two datasets give the same bytes. */
function addColumn(hash: Hash, values: Int32Array | Float32Array): void {
  hash.update(`${values.length}:`);
  hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** In slices: the text of all keys may be longer than a string can be. */
function addTexts(hash: Hash, texts: readonly string[]): void {
  hash.update(`${texts.length}:`);
  for (let i = 0; i < texts.length; i += 4096) hash.update(JSON.stringify(texts.slice(i, i + 4096)));
}

function addLabels(hash: Hash, { labels, label }: Entities): void {
  const sorted = [...labels].sort(compareKeys);
  addTexts(hash, sorted);
  const place = labels.map((name) => sorted.indexOf(name));
  addColumn(
    hash,
    label.map((id) => place[id]),
  );
}

function addLinks(hash: Hash, links: Alignments, order: readonly number[]): void {
  const { leftSource, left, rightSource, right, confidence } = links;
  const place = order.map((_, source) => order.indexOf(source));
  const isTurned = (i: number) =>
    place[leftSource[i]] - place[rightSource[i]] > 0 ||
    (leftSource[i] === rightSource[i] && left[i] > right[i]);
  const end = (straight: Int32Array, turned: Int32Array) =>
    straight.map((value, i) => (isTurned(i) ? turned[i] : value));
  const ends = [end(leftSource, rightSource), end(rightSource, leftSource)].map((column) =>
    column.map((source) => place[source]),
  );
  const columns = [ends[0], end(left, right), ends[1], end(right, left), confidence];
  const rows = Int32Array.from(confidence, (_, i) => i).sort((a, b) => {
    const column = columns.find((values) => values[a] !== values[b]);
    return column ? column[a] - column[b] : 0;
  });
  for (const column of columns)
    addColumn(
      hash,
      column.map((_, i) => column[rows[i]]),
    );
}
