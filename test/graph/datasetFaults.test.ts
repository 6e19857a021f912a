import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigInput } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { CONFIG, configOf, ESCAPE, NODES, RELATIONSHIPS } from './_films.js';
import { write } from './_plain.js';

const held = useGraph();
beforeEach(() => wipe(held.graph));

const read = (input: ConfigInput, options = {}) => readDataset(() => held.graph, configOf(input), options);

const X = (source: object = {}): ConfigInput => ({
  sources: { a: { nodes: [{ label: 'X', key: 'id' }], ...source } },
});

describe('a graph or a configuration at fault', () => {
  it('has missing keys counted, with examples', async () => {
    await run(held.graph, "UNWIND range(1, 5) AS i CREATE (:X {ids: i}) CREATE (:X {id: 'x' + i})");
    await assert.rejects(read(X()), {
      code: 'BAD_DATA',
      message:
        /^5 nodes of label X in the source a have no usable value of the key id, such as those with id (\d+, ){2}\d+\.$/,
      next: /^Give them one, .*elementId/, // a key that others have is not misspelt
    });
  });

  it('has composite keys counted as missing that lack a part', async () => {
    await run(held.graph, 'CREATE (:X {a: 1, b: 1}), (:X {a: 2}), (:X {b: 3}), (:X), (:X {a: 4, b: 4})');
    await assert.rejects(read({ sources: { a: { nodes: [{ label: 'X', key: ['a', 'b'] }] } } }), {
      code: 'BAD_DATA',
      message: /^3 nodes of label X in the source a have no usable value of the key a \+ b/,
    });
  });

  it('has key values counted as missing that cannot be keys', async () => {
    await run(
      held.graph,
      'CREATE (:X {id: date()}), (:X {id: [1]}), (:X {id: 0.0/0.0}), (:X {id: 1.0/0.0}), (:X {id: 1})',
    );
    await assert.rejects(read(X()), { code: 'BAD_DATA', message: /^4 nodes of label X/ });
  });

  it('has the nearest property named where the key is misspelt', async () => {
    // That of another label is as near, or the very one.
    await run(held.graph, "CREATE (:X {isbn13: '1'}), (:Y {isbn32: '1', isbn31: '2'})");
    for (const key of ['isbn31', 'isbn32'])
      await assert.rejects(read({ sources: { a: { nodes: [{ label: 'X', key }] } } }), {
        code: 'BAD_DATA',
        next: /Did you mean "isbn13"\?/,
      });
  });

  it('has repeated keys counted, with examples', async () => {
    await run(
      held.graph,
      "UNWIND ['p', 'p', 'p', 'q', 'q', 'r', 's', 's', 't', 't'] AS id CREATE (:X {id: id})",
    );
    await assert.rejects(read(X()), {
      code: 'BAD_DATA',
      message: '4 keys of the source a stand at more than one node, such as ["X","p"], ["X","q"], ["X","s"].',
    });
  });

  it('is empty in a source whose label no node has', async () => {
    await run(held.graph, 'CREATE (:Y)');
    await run(held.graph, 'CREATE CONSTRAINT x FOR (x:X) REQUIRE x.id IS UNIQUE');
    await assert.rejects(read(X()), {
      code: 'NO_DATA',
      message: /source a is empty: no node has the label X/,
    });
  });

  it('is empty altogether', async () => {
    await assert.rejects(read(X()), { code: 'NO_DATA', message: /no label "X": it is empty/ });
  });

  it('has unknown names refused, with the nearest known ones', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { films, books } = CONFIG.sources;
    const cases: [ConfigInput, RegExp, RegExp][] = [
      [
        { sources: { films: { nodes: [{ label: 'Flim', key: 'id' }] } } },
        /no label "Flim"/,
        /Did you mean "Film"\?/,
      ],
      [
        { sources: { films: { ...films, relations: { include: ['ACT_IN'] } } } },
        /no relationship type "ACT_IN"/,
        /"ACTS_IN"/,
      ],
      [
        { sources: { films: { ...films, relations: { map: { 'play in': 'x' } } } } },
        /no relationship type "play in"/,
        /"plays in"/,
      ],
      [{ ...CONFIG, alignments: [{ relationship: 'SAMEAS' }] }, /type "SAMEAS"/, /"SAME_AS"/],
      [
        { ...CONFIG, alignments: [{ relationship: 'SAME_AS', confidence: 'shure' }] },
        /property "shure"/,
        /"sure"/,
      ],
      [
        { ...CONFIG, alignments: [{ relationship: 'SAME_AS', between: ['films', 'bokos'] }] },
        /source "bokos"/,
        /"books"/,
      ],
      [
        { ...CONFIG, alignments: [{ file: 'none.tsv', between: ['film', 'books'] }] },
        /source "film"/,
        /"films"/,
      ],
      [
        { ...CONFIG, alignments: [{ file: 'none.tsv', between: ['films', 'films'] }] },
        /source films with itself/,
        /two sources/,
      ],
      [
        { ...CONFIG, alignments: [{ match: { 'films.Flim.imdb': 'books.Book.imdb' } }] },
        /"films\.Flim\.imdb"/,
        /"films\.Film\.imdb"/,
      ],
      [
        { ...CONFIG, alignments: [{ match: { 'films.Film.imdb': 'books.Book.imbd' } }] },
        /property "imbd"/,
        /"imdb"/,
      ],
      [{ sources: {} }, /No source/, /sources/],
    ];
    for (const [config, message, next] of cases)
      await assert.rejects(read(config), { code: 'USAGE', message, next }, String(message));
    for (const [name, near] of [
      ['boks', /"books"/],
      ['constructor', /films, books/],
    ] as const)
      await assert.rejects(read({ sources: { films, books } }, { sources: [name] }), {
        code: 'USAGE',
        message: new RegExp(`source "${name}"`),
        next: near,
      });
  });

  it('has a label refused that a statement cannot quote safely', async () => {
    await run(held.graph, 'CREATE (:$($label) {id: 1})', { label: ESCAPE });
    await assert.rejects(read({ sources: { a: { nodes: [{ label: ESCAPE, key: 'id' }] } } }), {
      code: 'USAGE',
      message: /backslash/,
    });
  });
});

describe('the schema, read beside the nodes', () => {
  const two: ConfigInput = {
    sources: { a: { nodes: [{ label: 'X', key: 'id' }] }, b: { nodes: [{ label: 'Y', key: 'id' }] } },
  };
  const gone = (what: string) => new Error(`${what} is gone`);

  /** The graph, of which the first reads do something else before they are done; how many are under way. */
  function watched(changes: readonly ((work: () => Promise<unknown>) => Promise<unknown>)[]) {
    let calls = 0;
    const seen = { underWay: 0 };
    const graph: Graph = {
      ...held.graph,
      async read(work, options) {
        const change = changes[calls++] ?? ((go: () => Promise<unknown>) => go());
        seen.underWay++;
        try {
          return (await change(() => held.graph.read(work, options))) as never;
        } finally {
          seen.underWay--;
        }
      },
    };
    return { graph, seen };
  }

  it('ends the reading where it fails, of several sources too', async () => {
    await run(held.graph, "CREATE (:X {id: 'x'}), (:Y {id: 'y'})");
    const late = async () => {
      await sleep(50);
      throw gone('the schema');
    };
    for (const input of [X(), two]) {
      const { graph, seen } = watched([late]);
      await assert.rejects(
        readDataset(() => graph, configOf(input)),
        gone('the schema'),
      );
      assert.equal(seen.underWay, 0);
    }
  });

  it('is over once the nodes have failed', async () => {
    await run(held.graph, "CREATE (:X {id: 'x'})");
    const { graph, seen } = watched([
      async (go) => {
        await sleep(50);
        return go();
      },
      async () => {
        throw gone('a node');
      },
    ]);
    await assert.rejects(
      readDataset(() => graph, configOf(X())),
      gone('a node'),
    );
    assert.equal(seen.underWay, 0);
  });
});
