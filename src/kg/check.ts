import { KgmentorError } from '../errors.js';
import type { Alignments, Dataset, SourceGraph } from './types.js';

/**
 * Refuses a dataset that breaks its contract, before training counts on it: ids that name nothing, keys, relations or
 * source names that repeat or are unsorted, columns of different lengths, confidences outside (0, 1].
 *
 * @throws KgmentorError BAD_DATA naming the place and the value; NO_DATA without a source or for one without entities
 * @example
 * checkDataset(dataset); // throws, or the dataset is sound
 */
export function checkDataset(dataset: Dataset): void {
  const { sources, relations, alignments } = dataset;
  if (sources.length === 0)
    throw new KgmentorError('NO_DATA', 'The dataset has no source.', {
      next: 'Name at least one under "sources" of the configuration.',
    });
  const names = new Set<string>();
  for (const { name } of sources) {
    if (names.has(name)) throw bad(`Two sources are named ${JSON.stringify(name)}`, 'each name once');
    names.add(name);
  }
  checkSorted('the relations', relations);
  for (const source of sources) checkSource(source, relations.length);
  checkAlignments(alignments, sources);
}

function bad(found: string, expected: string): KgmentorError {
  return new KgmentorError('BAD_DATA', `${found}; expected ${expected}.`, {
    next: 'Read the dataset with readDataset, or mend the code that makes it.',
  });
}

function checkSource({ name, entities, triples }: SourceGraph, relations: number): void {
  const { keys, labels, label, names } = entities;
  const source = `source ${JSON.stringify(name)}`;
  if (keys.length === 0)
    throw new KgmentorError('NO_DATA', `The ${source} has no entity.`, {
      next: 'Check its labels in the configuration.',
    });
  checkSorted(`the keys of ${source}`, keys);
  checkLength(`the labels of the entities of ${source}`, label, keys.length);
  checkIds(`the labels of the entities of ${source}`, label, labels.length);
  if (names) checkLength(`the display names of ${source}`, names, keys.length);
  const { head, relation, tail, weight } = triples;
  checkLength(`the relations of the triples of ${source}`, relation, head.length);
  checkLength(`the tails of the triples of ${source}`, tail, head.length);
  checkIds(`the heads of the triples of ${source}`, head, keys.length);
  checkIds(`the relations of the triples of ${source}`, relation, relations);
  checkIds(`the tails of the triples of ${source}`, tail, keys.length);
  if (!weight) return;
  checkLength(`the weights of the triples of ${source}`, weight, head.length);
  for (let i = 0; i < weight.length; i++)
    if (!(weight[i] > 0 && weight[i] < Number.POSITIVE_INFINITY))
      throw bad(
        `Row ${i} of the weights of the triples of ${source} is ${weight[i]}`,
        'a finite number above 0',
      );
}

function checkAlignments(alignments: Alignments, sources: readonly SourceGraph[]): void {
  const { leftSource, left, rightSource, right, confidence } = alignments;
  const rows = confidence.length;
  for (const [side, source, entity] of [
    ['left', leftSource, left],
    ['right', rightSource, right],
  ] as const) {
    checkLength(`the ${side} sources of the links`, source, rows);
    checkLength(`the ${side} entities of the links`, entity, rows);
    checkIds(`the ${side} sources of the links`, source, sources.length);
    for (let i = 0; i < rows; i++) {
      const { keys } = sources[source[i]].entities;
      if (!isId(entity[i], keys.length))
        throw dangling(`the ${side} entities of the links`, entity, i, keys.length);
    }
  }
  for (let i = 0; i < rows; i++)
    if (!(confidence[i] > 0 && confidence[i] <= 1))
      throw bad(`Row ${i} of the confidences of the links is ${confidence[i]}`, 'more than 0 and at most 1');
}

function checkLength(what: string, column: { readonly length: number }, length: number): void {
  if (column.length !== length)
    throw bad(`The column of ${what} has ${column.length} rows`, `${length}, as the columns beside it`);
}

const isId = (id: number, bound: number): boolean => id >= 0 && id < bound;

function checkIds(what: string, column: Int32Array, bound: number): void {
  for (let i = 0; i < column.length; i++) if (!isId(column[i], bound)) throw dangling(what, column, i, bound);
}

const dangling = (what: string, column: Int32Array, row: number, bound: number): KgmentorError =>
  bad(`Row ${row} of ${what} is ${column[row]}`, bound > 0 ? `an id from 0 to ${bound - 1}` : 'no row');

function checkSorted(what: string, names: readonly string[]): void {
  for (let i = 1; i < names.length; i++)
    if (!(names[i - 1] < names[i])) {
      const found = `${JSON.stringify(names[i])} follows ${JSON.stringify(names[i - 1])} at position ${i} of ${what}`;
      throw bad(found, 'each once, sorted by code unit');
    }
}
