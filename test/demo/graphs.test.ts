import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DemoGraph } from '../../demo/graph.js';
import { fetchPackages, readGraphs } from '../../demo/packages.js';
import { callingCodes, linkHeldOut } from '../../demo/worldCountries.js';

describe('the graphs of the demo, from the real packages', () => {
  let folder: string;
  let graphs: Record<string, DemoGraph>;
  const facts = (graph: DemoGraph, head: string, type: string) =>
    graph.relationships.flatMap((t) => t.rows.filter((r) => r[0] === head && r[1] === type).map((r) => r[2]));

  before(async () => {
    folder = process.env.KGMENTOR_DEMO_DATA ?? (await mkdtemp(path.join(os.tmpdir(), 'kgmentor-demo-')));
    await fetchPackages(folder);
    graphs = Object.fromEntries((await readGraphs(folder)).map((graph) => [graph.source, graph]));
  });
  after(async () => {
    if (!process.env.KGMENTOR_DEMO_DATA) await rm(folder, { recursive: true, force: true });
  });

  it('a second fetch finds the packages and fetches nothing', async () => {
    assert.equal(await fetchPackages(folder), 'present');
  });

  it('every relationship ends in nodes of its labels, and keys are not empty and stand once', () => {
    for (const graph of Object.values(graphs)) {
      const keys = new Map(graph.nodes.map((t) => [t.label, new Set(t.rows.map((row) => row[0]))]));
      for (const { label, properties, rows } of graph.nodes) {
        assert.equal(keys.get(label)!.size, rows.length, `${label} has a key twice`);
        assert.ok(!keys.get(label)!.has(''), `${label} has an empty key`);
        for (const row of rows) assert.equal(row.length, properties.length + 1, `${label} ${row[0]}`);
      }
      for (const { from, to, rows } of graph.relationships) {
        assert.ok(rows.length > 0, `${from} to ${to}`);
        for (const [head, type, tail] of rows) {
          assert.ok(keys.get(from)!.has(head), `${from} ${head} of ${type}`);
          assert.ok(keys.get(to)!.has(tail), `${to} ${tail} of ${type}`);
        }
      }
    }
  });

  it('the sources tell of Switzerland in words of their own', () => {
    assert.deepEqual(facts(graphs.list, 'CH', 'SPEAKS'), ['de', 'fr', 'it']);
    assert.deepEqual(facts(graphs.cldr, 'CH', 'OFFICIAL_LANGUAGE'), ['de', 'fr', 'gsw', 'it']);
    assert.deepEqual(facts(graphs.cldr, 'CH', 'REGIONAL_LANGUAGE'), ['rm']);
    assert.deepEqual(facts(graphs.cldr, 'CH', 'LEGAL_TENDER'), ['CHF']);
    assert.deepEqual(facts(graphs.wc, 'CHE', 'hasLanguage'), ['fra', 'gsw', 'ita', 'roh']);
    assert.deepEqual(facts(graphs.wc, 'CHE', 'callingCode'), ['41']);
    assert.deepEqual(facts(graphs.wc, 'CHE', 'borders'), ['AUT', 'DEU', 'FRA', 'ITA', 'LIE']);
  });

  it('no two sources share a relationship type', () => {
    const types = Object.values(graphs).map(
      (g) => new Set(g.relationships.flatMap((t) => t.rows.map((row) => row[1]))),
    );
    assert.equal(new Set(types.flatMap((t) => [...t])).size, types[0].size + types[1].size + types[2].size);
  });

  it('languages of two and of three letters meet at one node, and families nest', () => {
    const languages = graphs.cldr.nodes.find((t) => t.label === 'CldrLanguage')!;
    assert.deepEqual(languages.properties, ['name', 'iso3']);
    assert.ok(languages.rows.some(([code, , iso3]) => code === 'de' && iso3 === 'deu'));
    assert.ok(languages.rows.some(([code, , iso3]) => code === 'gsw' && iso3 === 'gsw'));
    assert.deepEqual(facts(graphs.cldr, 'de', 'IN_FAMILY'), ['gem', 'gmw', 'ine']);
  });

  it('about fifteen of a hundred countries have no linking code', () => {
    const { rows } = graphs.wc.nodes.find((t) => t.label === 'WcCountry')!;
    const without = rows.filter(([, cca2]) => cca2 === '');
    assert.deepEqual(
      without.map(([cca3]) => cca3),
      rows.map(([cca3]) => cca3).filter(linkHeldOut),
    );
    assert.ok(without.length > 25 && without.length < 50, `${without.length} of ${rows.length}`);
  });

  it('area codes are not taken for country codes', () => {
    assert.deepEqual(callingCodes({ root: '+1', suffixes: ['809', '829'] }), ['1809', '1829']);
    assert.deepEqual(callingCodes({ root: '+1', suffixes: Array.from({ length: 60 }, (_, i) => `${i}`) }), [
      '1',
    ]);
    assert.deepEqual(callingCodes({ root: '', suffixes: [] }), []);
  });
});
