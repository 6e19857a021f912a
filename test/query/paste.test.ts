import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { cypher } from '../../src/graph/cypher.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { predict } from '../../src/query/predict.js';
import { similar } from '../../src/query/similar.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { testModel } from '../_publication.js';

const held = useGraph();
const COUNTRIES = ['CH', 'DE', 'FR', ...Array.from({ length: 30 }, (_, i) => `c${i}`)].map((code) => [code]);
const LANGUAGES = Array.from({ length: 40 }, (_, i) => [`l${i}`]);
const SOURCE = { source: 'list', label: 'ListCountry' };

/** The text with other values at its top; each must stand there. */
function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((changed, [from, to]) => {
    assert.equal(changed.split(from).length, 2, `${from} stands once`);
    return changed.replace(from, to);
  }, text);
}

const MODELS = [
  { encoder: 'complex', geometry: 'unit' },
  { encoder: 'distmult', geometry: 'dot' },
  { encoder: 'transe', geometry: 'l2' },
  { encoder: 'rotate', geometry: 'unit' },
] as const;

for (const { encoder, geometry } of MODELS)
  describe(`the queries to paste, for ${encoder} with geometry ${geometry}`, () => {
    before(async () => {
      const { graph } = held;
      await wipe(graph);
      await migrate(graph);
      const make = (label: string, codes: readonly (readonly string[])[]) =>
        run(graph, 'UNWIND $codes AS code CREATE (:$($label) {code: code[0], name: "name of " + code[0]})', {
          label,
          codes,
        });
      await make('ListCountry', COUNTRIES);
      await make('ListLanguage', LANGUAGES);
      await run(
        graph,
        `MATCH (c:ListCountry), (l:ListLanguage) WHERE (size(l.code) + toInteger(substring(l.code, 1))) % 5 = 1
         CREATE (c)-[:SPEAKS]->(l)`,
      );
      const made = testModel({
        id: encoder,
        source: 'list',
        nodes: [
          { label: 'ListCountry', key: 'code', name: 'name' },
          { label: 'ListLanguage', key: 'code' },
        ],
        keys: { ListCountry: COUNTRIES, ListLanguage: LANGUAGES },
        relations: ['SPEAKS', 'OTHER'],
        dim: 8,
        encoder,
        geometry,
      });
      await publish(
        graph,
        { ...made, vectors: made.vectors.map((v, i) => v * (1 + ((i >> 3) % 7))) },
        { graceSeconds: 0 },
      );
    });

    it('similar nodes as `similar` has them, as it stands and with other values', async () => {
      const text = cypher('paste-similar');
      assert.deepEqual(await run(held.graph, text), await similar(held.graph, { ...SOURCE, key: ['CH'] }));
      const other = withValues(text, { "{code: 'CH'}": "{code: 'FR'}", '10 AS k': '3 AS k' });
      const found = await run(held.graph, other);
      assert.equal(found.length, 3);
      assert.deepEqual(found, await similar(held.graph, { ...SOURCE, key: ['FR'], k: 3 }));
    });

    it('missing facts as `predict` has them, as it stands and with other values', async () => {
      const text = cypher('paste-predict');
      const tails = await run(held.graph, text);
      assert.equal(tails.length, 10);
      assert.deepEqual(
        tails,
        await predict(held.graph, {
          ...SOURCE,
          key: ['CH'],
          relation: 'SPEAKS',
          candidateLabel: 'ListLanguage',
        }),
      );
      const other = withValues(text, {
        "ListCountry {code: 'CH'}": "ListLanguage {code: 'l3'}",
        "'tail' AS": "'head' AS",
        "'ListLanguage' AS": "'ListCountry' AS",
        '10 AS k': '4 AS k',
      });
      const heads = await run(held.graph, other);
      assert.equal(heads.length, 4);
      assert.deepEqual(
        heads,
        await predict(held.graph, {
          source: 'list',
          label: 'ListLanguage',
          key: ['l3'],
          relation: 'SPEAKS',
          direction: 'head',
          candidateLabel: 'ListCountry',
          k: 4,
        }),
      );
    });
  });
