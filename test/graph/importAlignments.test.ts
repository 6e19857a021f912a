import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { importAlignments } from '../../src/graph/import.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';
import { EL, factsOf } from './_imported.js';

const held = useGraph();
const { file } = useFiles();
beforeEach(() => wipe(held.graph));

const triples = (label?: string) => factsOf(held.graph, label);

describe('import of alignments', () => {
  const EN = { label: 'En', key: 'id' };
  beforeEach(async () => {
    await run(held.graph, `UNWIND range(1, 5) AS i CREATE (:El {id: 'el' + i}), (:En {id: 'en' + i})`);
  });

  it('links nodes with a confidence where the file has one', async () => {
    const tsv = await file('links.tsv', 'el1\ten1\nel2\ten2\t0.25\n');
    const input = { left: EL, right: EN, file: tsv };
    const first = await importAlignments(held.graph, input);
    assert.deepEqual([first.nodesCreated, first.relationshipsCreated], [0, 2]);
    const wanted = [
      { h: 'el1', r: 'SAME_AS', t: 'en1', p: {} },
      { h: 'el2', r: 'SAME_AS', t: 'en2', p: { confidence: 0.25 } },
    ];
    assert.deepEqual(await triples(), wanted);
    const second = await importAlignments(held.graph, input);
    assert.deepEqual([second.relationshipsCreated, second.unchanged, second.changed], [0, 2, 0]);
    assert.deepEqual(await triples(), wanted);
  });

  it('takes another type and property for them', async () => {
    await importAlignments(held.graph, {
      left: EL,
      right: EN,
      relationship: 'same thing `as`',
      confidence: 'p value',
      rows: [['el1', 'en1', 0.5]],
    });
    assert.deepEqual(await triples(), [{ h: 'el1', r: 'same thing `as`', t: 'en1', p: { 'p value': 0.5 } }]);
  });

  it('refuses ids without a node, with their count, first lines and nothing written', async () => {
    const tsv = await file('links.tsv', 'el1\ten1\nx1\ten2\nel3\ten3\nx2\ten4\nx3\ten4\nx4\ten5\nx1\ten1\n');
    await assert.rejects(importAlignments(held.graph, { left: EL, right: EN, file: tsv }), {
      code: 'BAD_DATA',
      message: /^4 ids have no El node.*links\.tsv:2 "x1", links\.tsv:4 "x2", links\.tsv:5 "x3"\.$/,
    });
    const right = await file('right.tsv', 'el1\tnone\n');
    await assert.rejects(
      importAlignments(held.graph, { left: EL, right: EN, file: right }, { dryRun: true }),
      {
        code: 'BAD_DATA',
        message: /^1 id has no En node.*right\.tsv:1 "none"/,
      },
    );
    assert.deepEqual(await triples(), []);
  });

  it('leaves links without a node out where that is asked for, and counts them', async () => {
    const links = await file('links.tsv', 'el1\ten1\nx1\ten2\nel3\ten3\nel2\tx4\nx5\tx6\n');
    const input = { left: EL, right: EN, file: links, skipMissing: true };
    const tried = await importAlignments(held.graph, input, { dryRun: true, chunk: 2 });
    assert.deepEqual([tried.missing, tried.relationshipsCreated], [3, 0]);
    for (const created of [2, 0]) {
      const result = await importAlignments(held.graph, input, { chunk: 2 });
      const { missing, relationshipsCreated, unchanged } = result;
      assert.deepEqual([missing, relationshipsCreated, unchanged], [3, created, 2 - created]);
    }
    assert.deepEqual(
      (await triples()).map(({ h, t }) => [h, t]),
      [
        ['el1', 'en1'],
        ['el3', 'en3'],
      ],
    );
  });

  it('refuses a confidence of 0 and a line without two ids', async () => {
    for (const [text, message] of [
      ['el1\ten1\t0\n', /links\.tsv:1: confidence is "0"/],
      ['el1\ten1\nel2\n', /links\.tsv:2: 1 column,/],
    ] as const) {
      const input = { left: EL, right: EN, file: await file('links.tsv', text) };
      await assert.rejects(importAlignments(held.graph, input), { code: 'BAD_DATA', message });
    }
    assert.deepEqual(await triples(), []);
  });

  it('refuses names that the database cannot take before it asks anything', async () => {
    for (const bad of [{ relationship: 'a\0b' }, { confidence: 'a\0b' }, { confidence: '' }])
      await assert.rejects(
        importAlignments(held.graph, { left: EL, right: EN, ...bad, rows: [['el1', 'en1', 0.5]] }),
        { code: 'USAGE' },
      );
    assert.deepEqual(await triples(), []);
  });
});
