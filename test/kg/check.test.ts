import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ErrorCode } from '../../src/errors.js';
import { checkDataset } from '../../src/kg/check.js';
import type { Alignments, Dataset, SourceGraph } from '../../src/kg/types.js';
import { datasetOf, someParts } from './_dataset.js';

const sound = datasetOf({
  sizes: [3, 2],
  relations: ['p', 'q'],
  known: [[[0, 0, 2]], [[1, 1, 0]]],
  links: [{ leftSource: 0, left: 2, rightSource: 1, right: 1, confidence: 1 }],
});
const ids = (...values: number[]) => Int32Array.from(values);

const withSource = (change: Partial<SourceGraph>): Dataset => ({
  ...sound,
  sources: [sound.sources[0], { ...sound.sources[1], ...change }],
});
const withEntities = (change: Partial<SourceGraph['entities']>): Dataset =>
  withSource({ entities: { ...sound.sources[1].entities, ...change } });
const withTriples = (change: Partial<SourceGraph['triples']>): Dataset =>
  withSource({ triples: { ...sound.sources[1].triples, ...change } });
const withLinks = (change: Partial<Alignments>): Dataset => ({
  ...sound,
  alignments: { ...sound.alignments, ...change },
});
const [first, second] = sound.sources[1].entities.keys;

const faults: [what: string, dataset: Dataset, says: RegExp, code?: ErrorCode][] = [
  ['no source', { ...sound, sources: [] }, /no source/, 'NO_DATA'],
  ['a source without entities', withEntities({ keys: [], label: ids() }), /"s1" has no entity/, 'NO_DATA'],
  ['two sources of one name', withSource({ name: 's0' }), /Two sources are named "s0"/],
  ['relations that repeat', { ...sound, relations: ['p', 'p'] }, /"p" follows "p" at position 1/],
  ['unsorted relations', { ...sound, relations: ['q', 'p'] }, /"p" follows "q"/],
  ['keys that repeat', withEntities({ keys: [first, first] }), /position 1 of the keys of source "s1"/],
  ['unsorted keys', withEntities({ keys: [second, first] }), /position 1 of the keys of source "s1"/],
  ['a label too few', withEntities({ label: ids(0) }), /labels .* has 1 rows; expected 2/],
  ['a label that is none', withEntities({ label: ids(0, 2) }), /Row 1 of the labels .* is 2; .* 0 to 1/],
  ['a label below 0', withEntities({ label: ids(-1, 0) }), /Row 0 of the labels .* is -1/],
  ['a label where none are', withEntities({ labels: [] }), /Row 0 of the labels .* expected no row/],
  ['a display name too many', withEntities({ names: ['a', null, 'b'] }), /names .* has 3 rows; expected 2/],
  ['a head of no entity', withTriples({ head: ids(2) }), /Row 0 of the heads .* "s1" is 2; .* 0 to 1/],
  ['a head below 0', withTriples({ head: ids(-1) }), /Row 0 of the heads .* is -1/],
  ['a tail of no entity', withTriples({ tail: ids(7) }), /Row 0 of the tails .* is 7/],
  ['a relation of no name', withTriples({ relation: ids(2) }), /Row 0 of the relations .* is 2/],
  ['a relation too many', withTriples({ relation: ids(0, 1) }), /relations .* has 2 rows; expected 1/],
  ['a tail too few', withTriples({ tail: ids() }), /tails .* has 0 rows; expected 1/],
  ['a weight too many', withTriples({ weight: Float32Array.of(1, 1) }), /weights .* has 2 rows; expected 1/],
  ['a weight of 0', withTriples({ weight: Float32Array.of(0) }), /Row 0 of the weights .* is 0; .* above 0/],
  ['a weight that is no number', withTriples({ weight: Float32Array.of(NaN) }), /weights .* is NaN/],
  ['a weight without end', withTriples({ weight: Float32Array.of(Infinity) }), /weights .* is Infinity/],
  ['a link from no source', withLinks({ leftSource: ids(2) }), /Row 0 of the left sources .* is 2/],
  ['a link to no source', withLinks({ rightSource: ids(-1) }), /Row 0 of the right sources .* is -1/],
  ['a link from no entity', withLinks({ left: ids(3) }), /Row 0 of the left entities .* is 3; .* 0 to 2/],
  ['a link to no entity of its source', withLinks({ right: ids(2) }), /right entities .* is 2; .* 0 to 1/],
  ['a link with an end too few', withLinks({ right: ids() }), /right entities .* has 0 rows; expected 1/],
  ['a link with a source too many', withLinks({ leftSource: ids(0, 0) }), /left sources .* has 2 rows/],
  ['a confidence of 0', withLinks({ confidence: Float32Array.of(0) }), /is 0; expected more than 0/],
  ['a confidence over 1', withLinks({ confidence: Float32Array.of(1.5) }), /is 1.5; .* at most 1/],
  ['a confidence that is no number', withLinks({ confidence: Float32Array.of(NaN) }), /is NaN/],
];

for (const [what, dataset, says, code = 'BAD_DATA'] of faults)
  test(`refused: ${what}`, () => {
    assert.throws(() => checkDataset(dataset), { name: 'KgmentorError', code, message: says });
  });

test('sound datasets pass', () => {
  checkDataset(sound);
  fc.assert(fc.property(someParts, (parts) => checkDataset(datasetOf(parts))));
});
