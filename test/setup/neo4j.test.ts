import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../../src/errors.js';
import { connect } from '../../src/graph/connect.js';
import { type LocalServer, startNeo4j } from '../../src/setup/neo4j.js';
import { run } from '../_neo4j.js';
import { moduleUrl, temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const home = path.join(folder, 'a home');
const servers: LocalServer[] = [];
/** Of the test under way, for the next one as well: a start takes seconds. */
let server: LocalServer | undefined;
const KEPT = 'MATCH (n:Kept) RETURN n.name AS name';
const ONE = [{ name: 'one' }];
after(() => Promise.all(servers.map((server) => server.stop())));

async function start(options: Partial<Parameters<typeof startNeo4j>[0]> = {}): Promise<LocalServer> {
  const started = await startNeo4j({ home, heapMb: 512, ...options });
  servers.push(started);
  return started;
}

/** Runs one statement on a server without log-in. */
async function ask(uri: string, text: string): Promise<unknown[]> {
  const graph = await connect({ uri });
  try {
    return await run(graph, text);
  } finally {
    await graph.close();
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

test('a server whose starter is killed ends, and its home serves again with all data', async () => {
  const text = `
    import { startNeo4j } from ${moduleUrl('neo4j')};
    const server = await startNeo4j({ home: ${JSON.stringify(home)}, heapMb: 512 });
    console.log(JSON.stringify(server));
    setInterval(() => undefined, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(starter, 'exit');
  const line = await Promise.race([once(starter.stdout, 'data'), ended]);
  const { uri, pid } = JSON.parse(String(line[0])) as LocalServer;
  assert.deepEqual(await ask(uri, 'CREATE (n:Kept {name: "one"}) RETURN n.name AS name'), ONE);
  starter.kill('SIGKILL');
  await ended;
  for (const until = Date.now() + 60_000; !isGone(pid); await sleep(100))
    assert.ok(Date.now() < until, `the server, process ${pid}, outlived its starter`);

  // What a machine that lost its power leaves: the note of a process that is gone.
  writeFileSync(path.join(home, 'run', 'kgmentor.json'), JSON.stringify({ pid, started: '1' }));
  const said: string[] = [];
  server = await start({ http: true, log: (one) => said.push(one) });
  assert.deepEqual(await ask(server.uri, KEPT), ONE);
  if (server.httpUri) {
    const page = await fetch(server.httpUri);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Neo4j Browser<\/title>/);
  } else {
    assert.match(said.join('\n'), /runs without Neo4j Browser/);
  }
});

test('the home and the port of a server are refused to a second one; it is gone when it was stopped', async () => {
  assert.ok(server);
  const { pid, uri } = server;
  await assert.rejects(start(), (error) => {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'USAGE');
    assert.match(error.message, new RegExp(`process ${pid}, runs on .*a home`));
    return true;
  });
  const port = Number(new URL(uri).port);
  await assert.rejects(start({ home: path.join(folder, 'other'), port }), {
    code: 'USAGE',
    message: new RegExp(`^Port ${port} `),
  });
  assert.deepEqual(await ask(uri, KEPT), ONE);
  await server.stop();
  assert.ok(isGone(pid));
});

test('a server that cannot come up is reported with the lines that say why', async () => {
  const broken = path.join(folder, 'broken');
  await assert.rejects(start({ home: broken, heapMb: 1 }), (error) => {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'UNREACHABLE');
    assert.match(error.message, /ended while it started \(exit code 1\)/);
    assert.match(error.message, /heap/i);
    return true;
  });
});
