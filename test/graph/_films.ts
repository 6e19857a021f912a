/** A small natural graph of two sources with all that makes reading hard. */
import type { Config, ConfigInput } from '../../src/config.js';
import { parseConfig } from '../../src/settings.js';
import type { NewNode, NewRelationship } from './_plain.js';

export const configOf = (input: ConfigInput): Config => parseConfig(input, 'test');

export const BIG = 9_007_199_254_740_993n; // 2^53 + 1
export const ESCAPE = 'x\\u0060y';

export const NODES: NewNode[] = [
  { at: 'matrix', labels: ['Film'], properties: { title: 'The Matrix', year: 1999n, imdb: 'tt0133093' } },
  { at: 'alien', labels: ['Film'], properties: { title: 'Alien', year: 1979n, imdb: 'tt0078748' } },
  { at: 'dune1', labels: ['Film'], properties: { title: 'Dune', year: 1984n, imdb: '' } },
  { at: 'dune2', labels: ['Film', 'Loved'], properties: { title: 'Dune', year: 2021n, name: 'Part One' } },
  { at: 'ripley', labels: ['Person'], properties: { id: BIG, name: 'Ripley' } },
  { at: 'neo', labels: ['Person'], properties: { id: BIG + 1n, name: 'Neo' } },
  { at: 'paul', labels: ['Person'], properties: { id: 7n, name: 'Paul' } },
  { at: 'least', labels: ['Person'], properties: { id: -(2n ** 63n) } },
  // Two labels of the source: the first listed one wins, whose key it has.
  { at: 'both', labels: ['Person', 'Film'], properties: { title: 'Ed Wood', year: 1994n } },
  { at: 'odd', labels: ['作品 `x`'], properties: { [ESCAPE]: '鍵', 'a name': 'odd one' } },
  { at: 'odd2', labels: ['作品 `x`'], properties: { [ESCAPE]: true } },
  { at: 'dune', labels: ['Book'], properties: { isbn: '0-441', imdb: 'tt0078748' } },
  { at: 'ubik', labels: ['Book'], properties: { isbn: '0-679', imdb: '' } },
  { at: 'ed', labels: ['Book'], properties: { isbn: '0-312', imdb: 'tt0133093' } },
  { at: 'place', labels: ['Place'], properties: { name: 'Arrakis' } },
];

export const RELATIONSHIPS: NewRelationship[] = [
  ['ripley', 'ACTS_IN', 'alien', { role: 'Ripley' }],
  ['ripley', 'ACTS_IN', 'alien', { role: 'Ellen' }],
  ['neo', 'ACTS_IN', 'matrix'],
  ['neo', 'plays in', 'matrix'],
  ['paul', 'plays in', 'dune2'],
  ['paul', '出演`', 'dune1'],
  ['dune2', 'constructor', 'dune1'],
  ['dune1', ESCAPE, 'dune1'],
  ['both', ESCAPE, 'both'],
  ['both', ESCAPE, 'odd'],
  ['odd', '__proto__', 'odd2'],
  ['least', 'knows', 'least'],
  ['neo', 'hidden', 'paul'],
  ['dune2', 'BASED_ON', 'dune'],
  ['dune1', 'BASED_ON', 'dune'],
  ['both', 'BASED_ON', 'ed'],
  ['paul', 'LIVES_IN', 'place'],
  ['place', 'HOME_OF', 'paul'],
  ['ubik', 'LIKE', 'dune'],
  ['ed', 'LIKE', 'ubik'],
  ['ubik', 'LIVES_IN', 'place'],
  ['dune2', 'SAME_AS', 'dune', { sure: 0.75 }],
  ['dune', 'SAME_AS', 'dune2', { sure: 0.5 }],
  ['dune1', 'SAME_AS', 'dune', { sure: 0.25 }],
  ['ed', 'SAME_AS', 'both'],
  ['alien', 'SAME_AS', 'alien', { sure: 9 }],
  ['alien', 'SAME_AS', 'place', { sure: 9 }],
  ['alien', 'KG_OWN', 'matrix'],
];

export const CONFIG = {
  sources: {
    films: {
      nodes: [
        { label: 'Film', key: ['title', 'year'], name: 'name' },
        { label: 'Person', key: 'id', name: 'name' },
        { label: '作品 `x`', key: ESCAPE },
      ],
      relations: {
        exclude: ['hidden'],
        map: { 'plays in': 'ACTS_IN', [ESCAPE]: 'escaped `name`', '出演`': 'constructor' },
      },
    },
    books: { nodes: [{ label: 'Book', key: 'isbn' }] },
  },
  alignments: [{ relationship: 'SAME_AS', confidence: 'sure' }],
} satisfies ConfigInput;
