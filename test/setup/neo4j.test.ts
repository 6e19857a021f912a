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
after(() => Promise.all(servers.map((server) => server.stop())));

async function start(options: Partial<Parameters<typeof startNeo4j>[0]> = {}): Promise<LocalServer> {
  const server = await startNeo4j({ home, heapMb: 512, ...options });
  servers.push(server);
  return server;
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

test('a started server answers; its home and its port are refused to a second one', async () => {
  const server = await start();
  assert.deepEqual(await ask(server.uri, 'CREATE (n:Kept {name: "one"}) RETURN n.name AS name'), [
    { name: 'one' },
  ]);
  await assert.rejects(start(), (error) => {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'USAGE');
    assert.match(error.message, new RegExp(`process ${server.pid}, runs on .*a home`));
    return true;
  });
  const port = Number(new URL(server.uri).port);
  await assert.rejects(start({ home: path.join(folder, 'other'), port }), {
    code: 'USAGE',
    message: new RegExp(`^Port ${port} `),
  });
  assert.deepEqual(await ask(server.uri, 'MATCH (n:Kept) RETURN n.name AS name'), [{ name: 'one' }]);
  await server.stop();
  assert.ok(isGone(server.pid), 'stop() returns when the server is gone');
});

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
  assert.deepEqual(await ask(uri, 'MATCH (n:Kept) RETURN n.name AS name'), [{ name: 'one' }]);
  starter.kill('SIGKILL');
  await ended;
  for (const until = Date.now() + 60_000; !isGone(pid); await sleep(100))
    assert.ok(Date.now() < until, `the server, process ${pid}, outlived its starter`);

  // What a machine that lost its power leaves: the note of a process that is gone.
  writeFileSync(path.join(home, 'run', 'kgmentor.json'), JSON.stringify({ pid, started: '1' }));
  const said: string[] = [];
  const server = await start({ http: true, log: (one) => said.push(one) });
  assert.deepEqual(await ask(server.uri, 'MATCH (n:Kept) RETURN n.name AS name'), [{ name: 'one' }]);
  if (server.httpUri) {
    const page = await fetch(server.httpUri);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Neo4j Browser<\/title>/);
  } else {
    assert.match(said.join('\n'), /runs without Neo4j Browser/);
  }
  await server.stop();
});

test('a server with log-ins lets in who has the password alone', async () => {
  const server = await start({ home: path.join(folder, 'closed'), auth: true });
  await assert.rejects(connect({ uri: server.uri }), { code: 'UNREACHABLE', message: /log-in/ });
  await assert.rejects(connect({ uri: server.uri, username: 'neo4j', password: 'neo4j' }), {
    code: 'UNREACHABLE',
    message: /initial/,
  });
  await server.stop();
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
