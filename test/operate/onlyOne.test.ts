import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { asOnlyOne } from '../../src/operate/onlyOne.js';
import { run, useGraph, wipe } from '../_neo4j.js';

const held = useGraph();
const NAME = 'retrain:movies';

beforeEach(async () => {
  await wipe(held.graph);
  await migrate(held.graph);
});

/** As after an outage of the server that was longer than a lease. */
const runOut = () =>
  run(
    held.graph,
    `MATCH (l:KgLease {name: '${NAME}'}) SET l.expires = datetime.realtime() - duration('PT1S')`,
  );
const second = () => asOnlyOne(held.graph, 'movies', {}, async () => 'worked');
const isBusy = async () => typeof (await second()) !== 'string';

describe('what one process does at a time', () => {
  it('leaves a second one busy until it has ended, however it ends', async () => {
    await asOnlyOne(held.graph, 'movies', {}, async () => assert.ok(await isBusy()));
    await assert.rejects(
      asOnlyOne(held.graph, 'movies', {}, async () => {
        throw new Error('no');
      }),
      /no/,
    );
    assert.equal(await second(), 'worked');
  });

  it('holds a lease that ran out and was taken again until the work has ended', async () => {
    await asOnlyOne(held.graph, 'movies', {}, async (requireHeld) => {
      await runOut();
      await requireHeld();
      assert.ok(await isBusy());
    });
    assert.equal(await second(), 'worked');
  });

  it('does not publish where another process has the lease since', async () => {
    await asOnlyOne(held.graph, 'movies', {}, async (requireHeld) => {
      await runOut();
      const other = await acquireLease(held.graph, NAME, { holder: 'bert' });
      await assert.rejects(requireHeld(), { code: 'GATE', message: /^bert holds the lease/ });
      await other.renew();
    });
  });
});
