import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { run, useGraph, wipe } from '../_neo4j.js';

const held = useGraph();
const NAME = 'publish:movies';

beforeEach(async () => {
  await wipe(held.graph);
  await migrate(held.graph);
});

const marks = async () =>
  (await run<{ by: string }>(held.graph, 'MATCH (m:Mark) RETURN m.by AS by ORDER BY by')).map((m) => m.by);

const mark = (by: string) => (tx: { run(text: string, parameters: object): unknown }) =>
  Promise.resolve(tx.run('CREATE (:Mark {by: $by})', { by }));

describe('a lease', () => {
  it('is refused to a second one, who reads the holder, until it is given back', async () => {
    const first = await acquireLease(held.graph, NAME, { holder: 'anna', seconds: 60 });
    await assert.rejects(acquireLease(held.graph, NAME, { holder: 'bert' }), {
      code: 'GATE',
      message: /^anna holds the lease publish:movies until .*\(\d+ s from now\)/,
    });
    await (await acquireLease(held.graph, 'publish:books', { holder: 'bert' })).release();
    await first.release();
    const second = await acquireLease(held.graph, NAME, { holder: 'bert' });
    assert.ok(second.token > first.token);
  });

  it('goes to one of many that ask at once', async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => acquireLease(held.graph, NAME, { holder: `h${i}` })),
    );
    assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const one of asked) if (one.status === 'rejected') assert.equal(one.reason.code, 'GATE');
    assert.deepEqual(await run(held.graph, 'MATCH (l:KgLease) RETURN count(l) AS leases'), [{ leases: 1 }]);
  });

  it('is waited for', async () => {
    const first = await acquireLease(held.graph, NAME, { seconds: 60 });
    const waiting = acquireLease(held.graph, NAME, { waitSeconds: 20 });
    await sleep(300);
    await first.release();
    assert.ok((await waiting).token > first.token);
  });

  it('runs out by itself, and is kept while it is renewed', async () => {
    const short = await acquireLease(held.graph, NAME, { seconds: 0.4 });
    await sleep(600);
    const kept = await acquireLease(held.graph, NAME, { seconds: 2 });
    kept.keep();
    await sleep(3000);
    await assert.rejects(acquireLease(held.graph, NAME), { code: 'GATE' });
    await assert.rejects(short.renew(), { code: 'GATE' });
    await kept.renew();
    await kept.release();
    await assert.rejects(kept.renew(), { code: 'GATE' });
  });

  it('lets its holder write', async () => {
    const lease = await acquireLease(held.graph, NAME);
    await lease.write(mark('holder'));
    assert.deepEqual(await marks(), ['holder']);
  });

  it('rolls back what a holder writes who was revived after the lease ran out', async () => {
    const stopped = await acquireLease(held.graph, NAME, { seconds: 0.2 });
    await sleep(400);
    await assert.rejects(stopped.write(mark('late, nobody else')), { code: 'GATE', message: /ran out/ });
    const next = await acquireLease(held.graph, NAME);
    await assert.rejects(stopped.write(mark('late')), { code: 'GATE' });
    await next.write(mark('next'));
    assert.deepEqual(await marks(), ['next']);
  });

  it('rolls back a transaction during which it went to another', async () => {
    const slow = await acquireLease(held.graph, NAME, { seconds: 0.2 });
    const late = slow.write(async (tx) => {
      await tx.run("CREATE (:Mark {by: 'slow'})");
      await sleep(400);
      await (await acquireLease(held.graph, NAME)).write(mark('next'));
    });
    await assert.rejects(late, { code: 'GATE' });
    assert.deepEqual(await marks(), ['next']);
  });

  it('is not given back by an earlier holder, and its token grows even after its node was removed', async () => {
    const first = await acquireLease(held.graph, NAME, { seconds: 0.1 });
    await sleep(300);
    const second = await acquireLease(held.graph, NAME);
    await first.release();
    await second.renew();
    await run(held.graph, 'MATCH (l:KgLease) DELETE l');
    const third = await acquireLease(held.graph, NAME);
    assert.ok(third.token > second.token);
    await assert.rejects(second.write(mark('second')), { code: 'GATE' });
  });
});
