import { createHash } from 'node:crypto';
import type { Dataset } from './types.js';

/** SHA-256 of a dataset's content. Keys and triples are sorted, so it does not depend on the server's order. */
export function datasetDigest({ sources, relations, alignments }: Dataset): string {
  const hash = createHash('sha256');
  const column = (values: Int32Array | Float32Array) =>
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  hash.update(JSON.stringify(relations));
  for (const { name, entities, triples } of sources) {
    hash.update(JSON.stringify([name, entities.labels, entities.keys]));
    for (const part of [entities.label, triples.head, triples.relation, triples.tail]) column(part);
  }
  const { leftSource, left, rightSource, right, confidence } = alignments;
  for (const part of [leftSource, left, rightSource, right, confidence]) column(part);
  return hash.digest('hex');
}
