import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { KgmentorError } from '../../src/errors.js';
import { linkClasses } from '../../src/kg/classes.js';
import { entityName } from '../../src/kg/entityNames.js';
import { jointTriples, writeTriples } from '../../src/kg/jointTriples.js';
import { entityKey } from '../../src/kg/keys.js';
import type { Dataset } from '../../src/kg/types.js';
import { datasetOf, someParts } from './_dataset.js';
import { columns, facts } from './_facts.js';
import { alignments } from './_links.js';

const folder = mkdtempSync(join(tmpdir(), 'kgmentor-joint-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'joint.tsv');

const someCase = someParts.chain((parts) =>
  fc.record({
    parts: fc.constant(parts),
    chosen: fc.subarray([...parts.sizes.keys()], { minLength: 1 }),
    threshold: fc.constantFrom(0, 0.5, 1),
    /** Every nth fact of each source is held out; none where 0. */
    heldOut: fc.nat(3),
  }),
);

test('the file has each fact once, with the name of the first member of a class, and no held-out one', () => {
  fc.assert(
    fc.property(someCase, ({ parts, chosen, threshold, heldOut }) => {
      const dataset = datasetOf(parts);
      const isKept = (i: number) => heldOut === 0 || i % heldOut !== 0;
      const none = columns([]);
      const splits = Object.fromEntries(
        dataset.sources.map(({ name, triples }) => [
          name,
          { train: columns(facts(triples).filter((_, i) => isKept(i))), valid: none, test: none },
        ]),
      );
      const sources = chosen.map((s) => dataset.sources[s].name);
      writeTriples(file, jointTriples(dataset, { splits, sources, linkThreshold: threshold }));

      const { classOf } = linkClasses(parts.sizes, dataset.alignments, { threshold, sources: chosen });
      const nameOf = (s: number, entity: number): string => {
        for (const t of chosen) {
          const first = classOf[t].indexOf(classOf[s][entity]);
          if (first >= 0) return entityName(dataset.sources[t], first);
        }
        throw new Error('an entity is in no class');
      };
      const expected = chosen.flatMap((s) =>
        facts(splits[dataset.sources[s].name].train).map(
          ([h, r, t]) => `${nameOf(s, h)}\t${parts.relations[r]}\t${nameOf(s, t)}\n`,
        ),
      );
      const lines = readFileSync(file, 'utf8').match(/.*\n/g) ?? [];
      assert.deepEqual([...lines].sort(), [...new Set(expected)].sort());
    }),
  );
  assert.deepEqual(readdirSync(folder), ['joint.tsv']);
});

const withKeys = (...keys: string[]): Dataset => ({
  sources: [
    {
      name: 's',
      entities: {
        keys: keys.map((key) => entityKey('A', [key])),
        labels: ['A'],
        label: new Int32Array(keys.length),
      },
      triples: columns([[0, 0, 1]]),
    },
  ],
  relations: ['SEEN BY'],
  alignments: alignments([]),
});

test('names have no white space, and two that would be equal then are refused', () => {
  writeTriples(file, jointTriples(withKeys('a b', 'c')));
  assert.equal(readFileSync(file, 'utf8'), 's:a%20b\tSEEN%20BY\ts:c\n');
  assert.throws(
    () => jointTriples(withKeys('a b', 'a%20b')),
    (error) => error instanceof KgmentorError && error.code === 'BAD_DATA' && /"s:a%20b"/.test(error.message),
  );
});

test('a file that cannot be written is said so', () => {
  assert.throws(
    () => writeTriples(join(folder, 'none', 'joint.tsv'), jointTriples(withKeys('a', 'b'))),
    (error) => error instanceof KgmentorError && /cannot be written/.test(error.message),
  );
});
