import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageFolder } from '../../src/graph/cypher.js';
import { migrate, requireSchema } from '../../src/graph/migrate.js';
import { checksumOf, compareVersions, splitStatements } from '../../src/graph/migrationFiles.js';
import { interrupt, runCli } from '../_cli.js';
import { run, serverUri, useGraph, wipe } from '../_neo4j.js';

const OWN = 'V0001__own_nodes.cypher';
const LOCK = { name: 'John Doe' };
const FIRST = 'CREATE CONSTRAINT a_x IF NOT EXISTS FOR (a:A) REQUIRE a.x IS UNIQUE;\n';
const SECOND = 'CREATE INDEX b_y IF NOT EXISTS FOR (b:B) ON (b.y);\nCREATE (:Made);\n';

describe('migrate', () => {
  const held = useGraph();
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'kgmentor-migrations-'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    await wipe(held.graph);
    await write({ 'V0001__first.cypher': FIRST, 'V0002__second_one.cypher': SECOND });
  });

  async function write(files: Record<string, string>): Promise<void> {
    await rm(folder, { recursive: true });
    folder = await mkdtemp(path.join(os.tmpdir(), 'kgmentor-migrations-'));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  }

  const names = async (what: 'CONSTRAINTS' | 'INDEXES') =>
    (await run<{ name: string }>(held.graph, `SHOW ${what} YIELD name RETURN name ORDER BY name`)).map(
      (row) => row.name,
    );

  const history = () =>
    run<{ version: string; source: string | null; description: string | null; checksum: string | null }>(
      held.graph,
      `MATCH p = (:__Neo4jMigration {version: 'BASELINE'})-[:MIGRATED_TO*0..]->(m)
       RETURN m.version AS version, m.source AS source, m.description AS description, m.checksum AS checksum
       ORDER BY length(p)`,
    );

  it('installs the constraints of the own nodes and records it', async () => {
    assert.deepEqual(await migrate(held.graph), {
      applied: [OWN],
      pending: [],
      before: [],
      unlocked: false,
    });
    const constraints = await names('CONSTRAINTS');
    for (const name of [
      'kg_lease_name',
      'kg_model_id',
      'kg_publication_label',
      'kg_relation_name',
      'kg_run_id',
    ])
      assert.ok(constraints.includes(name), name);
    const text = await readFile(path.join(packageFolder('migrations'), OWN), 'utf8');
    assert.deepEqual(await history(), [
      { version: 'BASELINE', source: null, description: null, checksum: null },
      { version: '0001', source: OWN, description: 'own nodes', checksum: checksumOf(splitStatements(text)) },
    ]);
    assert.deepEqual(await run(held.graph, 'MATCH (l:__Neo4jMigrationsLock) RETURN l'), []);
  });

  it('does nothing in the second run', async () => {
    await migrate(held.graph, { folder });
    const before = await history();
    assert.deepEqual(await migrate(held.graph, { folder }), {
      applied: [],
      pending: [],
      before: ['V0001__first.cypher', 'V0002__second_one.cypher'],
      unlocked: false,
    });
    assert.deepEqual(await history(), before);
    assert.deepEqual(await run(held.graph, 'MATCH (m:Made) RETURN count(m) AS made'), [{ made: 1 }]);
  });

  it('applies only what is new, after what was there', async () => {
    await write({ 'V0001__first.cypher': FIRST });
    await migrate(held.graph, { folder });
    await write({ 'V0001__first.cypher': FIRST, 'V0002__second_one.cypher': SECOND });
    const { applied, before } = await migrate(held.graph, { folder });
    assert.deepEqual([applied, before], [['V0002__second_one.cypher'], ['V0001__first.cypher']]);
    assert.deepEqual(
      (await history()).map((row) => row.version),
      ['BASELINE', '0001', '0002'],
    );
  });

  it('lists in a dry run and writes nothing', async () => {
    const { applied, pending } = await migrate(held.graph, { folder, dryRun: true, unlock: true });
    assert.deepEqual([applied, pending], [[], ['V0001__first.cypher', 'V0002__second_one.cypher']]);
    assert.deepEqual(await names('CONSTRAINTS'), []);
    assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN n'), []);
  });

  it('refuses a file that was changed after it was applied', async () => {
    await migrate(held.graph, { folder });
    await write({ 'V0001__first.cypher': FIRST.replace('a_x', 'a_z'), 'V0002__second_one.cypher': SECOND });
    await assert.rejects(migrate(held.graph, { folder }), {
      code: 'SCHEMA',
      message: /V0001__first\.cypher was changed/,
    });
    assert.ok(!(await names('CONSTRAINTS')).includes('a_z'));
  });

  it('refuses a migration that it does not know, and one that should stand before an applied one', async () => {
    await migrate(held.graph, { folder });
    await write({ 'V0001__first.cypher': FIRST });
    await assert.rejects(migrate(held.graph, { folder }), { code: 'SCHEMA', message: /V0002.*unknown/ });
    await write({
      'V0001__first.cypher': FIRST,
      'V0001_5__between.cypher': 'CREATE (:Between);\n',
      'V0002__second_one.cypher': SECOND,
    });
    await assert.rejects(migrate(held.graph, { folder }), { code: 'SCHEMA', message: /out of order/ });
    assert.deepEqual(await run(held.graph, 'MATCH (b:Between) RETURN b'), []);
  });

  it('applies each migration once where two migrate at once', async () => {
    const both = await Promise.all([migrate(held.graph, { folder }), migrate(held.graph, { folder })]);
    assert.deepEqual(both.map(({ applied }) => applied.length).sort(), [0, 2]);
    assert.deepEqual(await run(held.graph, 'MATCH (m:Made) RETURN count(m) AS made'), [{ made: 1 }]);
    assert.deepEqual(
      (await history()).map((row) => row.version),
      ['BASELINE', '0001', '0002'],
    );
    assert.deepEqual(await run(held.graph, 'MATCH (l:__Neo4jMigrationsLock) RETURN l'), []);
  });

  it('names the holder of a lock that stays, and goes on after unlock', async () => {
    await run(
      held.graph,
      "CREATE (:__Neo4jMigrationsLock {id: 'dead', name: $name, by: 'elsewhere 7'})",
      LOCK,
    );
    await assert.rejects(migrate(held.graph, { folder, waitSeconds: 0.3 }), {
      code: 'SCHEMA',
      message: /elsewhere 7/,
      next: /--unlock/,
    });
    assert.deepEqual(await run(held.graph, 'MATCH (m:Made) RETURN m'), []);
    const { applied, unlocked } = await migrate(held.graph, { folder, unlock: true });
    assert.deepEqual([applied.length, unlocked], [2, true]);
    assert.deepEqual(await run(held.graph, 'MATCH (l:__Neo4jMigrationsLock) RETURN l'), []);
  });

  it('leaves no lock behind after Ctrl-C', async () => {
    const signals = { begun: () => {}, end: () => {} };
    const ended = new Promise<void>((resolve) => {
      signals.end = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      signals.begun = resolve;
    });
    // A node that is not committed yet keeps constraints of its label waiting.
    const holding = held.graph.write(async (tx) => {
      await tx.run("CREATE (m:KgModel {id: 'held'}) DELETE m");
      signals.begun();
      await ended;
    });
    await begun;
    const locks = () => run(held.graph, 'MATCH (l:__Neo4jMigrationsLock) RETURN l.by AS by');
    const { code, stdout, stderr } = await runCli(['migrate', '--uri', serverUri()], {
      onBegun: async (child) => {
        while ((await locks()).length === 0 && child.exitCode === null) await sleep(50);
        interrupt(child);
        await sleep(500);
        signals.end();
      },
    });
    await holding;
    assert.deepEqual([code, stdout], [130, ''], stderr);
    assert.match(stderr, /stopping/);
    assert.deepEqual(await locks(), []);
    assert.deepEqual((await migrate(held.graph)).applied, [OWN]);
  });

  it('keeps no record and no lock of a migration that failed, and takes it up again', async () => {
    await write({ 'V0001__first.cypher': FIRST, 'V0002__second_one.cypher': 'CREATE (:Made;\n' });
    await assert.rejects(migrate(held.graph, { folder }), { code: 'Neo.ClientError.Statement.SyntaxError' });
    assert.deepEqual(
      (await history()).map((row) => row.version),
      ['BASELINE', '0001'],
    );
    await write({ 'V0001__first.cypher': FIRST, 'V0002__second_one.cypher': SECOND });
    assert.deepEqual((await migrate(held.graph, { folder })).applied, ['V0002__second_one.cypher']);
  });

  it('leaves the history of another target alone', async () => {
    await run(held.graph, "CREATE (:__Neo4jMigration {version: 'BASELINE', migrationTarget: 'other'})");
    assert.equal((await migrate(held.graph, { folder })).applied.length, 2);
    assert.deepEqual(
      await run(
        held.graph,
        `MATCH (b:__Neo4jMigration {version: 'BASELINE'})
         RETURN b.migrationTarget AS target, COUNT { (b)-[:MIGRATED_TO]->() } AS next ORDER BY target`,
      ),
      [
        { target: 'other', next: 0 },
        { target: null, next: 1 },
      ],
    );
  });

  it('refuses to go on without the schema', async () => {
    await assert.rejects(requireSchema(held.graph), { code: 'SCHEMA', next: /kgmentor migrate/ });
    await migrate(held.graph);
    await requireSchema(held.graph);
  });

  it('names a file whose name is no version, and two of one version', async () => {
    await write({ 'first.cypher': FIRST });
    await assert.rejects(migrate(held.graph, { folder }), { code: 'USAGE', message: /first\.cypher/ });
    await write({ 'V1__a.cypher': FIRST, 'V01__b.cypher': SECOND });
    await assert.rejects(migrate(held.graph, { folder }), { code: 'USAGE', message: /same version/ });
  });
});

describe('migration files', () => {
  it('are ordered number by number', () => {
    assert.deepEqual(['10', '2', '1.10', '1.9', '1'].sort(compareVersions), ['1', '1.9', '1.10', '2', '10']);
  });

  it('split at semicolons that end a line only', () => {
    assert.deepEqual(splitStatements("CREATE (:A {t: 'x;y'});\r\nCREATE (:B)\n  ;\n\n"), [
      "CREATE (:A {t: 'x;y'})",
      'CREATE (:B)',
    ]);
  });

  it('have the checksum of neo4j-migrations: CRC32 over the statements', () => {
    // The check value of CRC-32, cut in two: the sum goes on over the statements.
    assert.equal(checksumOf(['12345', '6789']), String(0xcbf43926));
  });
});
