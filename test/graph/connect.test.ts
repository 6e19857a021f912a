import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { type ConnectOptions, connect, refuseOld } from '../../src/graph/connect.js';
import { openGraphs } from '../../src/graph/graphs.js';
import { serverUri } from '../_neo4j.js';

const PASSWORD = 'never-to-be-shown-4711';

/** The error of a connection that fails, whose whole text holds no password. */
async function failure(options: ConnectOptions): Promise<KgmentorError> {
  const error = await connect({ password: PASSWORD, ...options }).then(
    async (graph) => {
      await graph.close();
      throw new Error('the connection was opened');
    },
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof KgmentorError, String(error));
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    assert.ok(!at.message.includes(PASSWORD), at.message);
    assert.ok(!String(at.stack).includes(PASSWORD), at.stack);
  }
  assert.ok(!error.next?.includes(PASSWORD));
  return error;
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The test server under another scheme. */
const as = (scheme: string) => serverUri().replace(/^[^:]+/, scheme);

describe('a connection', () => {
  it('knows the server it reached', async () => {
    const graph = await connect({ uri: serverUri(), password: process.env.NEO4J_PASSWORD });
    try {
      assert.match(graph.server.version, /^\d+\.\d+/);
      assert.match(graph.server.edition, /^(community|enterprise)$/);
      assert.deepEqual([graph.uri, graph.database], [serverUri(), 'neo4j']);
      assert.deepEqual(
        await graph.read(async (tx) => (await tx.run('RETURN 1 AS one')).records[0].get('one')),
        1,
      );
    } finally {
      await graph.close();
    }
  });

  it('is found by a routing address as well', async () => {
    await (await connect({ uri: as('neo4j'), password: process.env.NEO4J_PASSWORD })).close();
  });

  it('reads where a cluster’s readers are, and sees there what it wrote before', async () => {
    const graph = await connect({ uri: as('neo4j') });
    try {
      const begun: Parameters<typeof graph.driver.session>[0][] = [];
      const session = graph.driver.session.bind(graph.driver);
      graph.driver.session = (options) => {
        begun.push(options);
        return session(options);
      };
      await graph.read((tx) => tx.run('RETURN 1'));
      await graph.write((tx) => tx.run('CREATE (n:Once) DELETE n'));
      const waited = [...((await begun[1]?.bookmarkManager?.getBookmarks()) ?? [])];
      await graph.read((tx) => tx.run('RETURN 1'));
      assert.deepEqual(
        begun.map((options) => options?.defaultAccessMode),
        ['READ', 'WRITE', 'READ'],
      );
      assert.equal(waited.length, 1);
      assert.equal(begun[2]?.bookmarkManager, begun[1]?.bookmarkManager);
    } finally {
      await graph.close();
    }
  });

  it('fails at once where no server answers, and says so', async () => {
    for (const scheme of ['bolt', 'neo4j']) {
      const uri = `${scheme}://127.0.0.1:${await freePort()}`;
      const start = Date.now();
      const error = await failure({ uri });
      assert.ok(Date.now() - start < 20_000);
      assert.equal(error.code, 'UNREACHABLE');
      assert.equal(error.message, `No Neo4j server answers at ${uri}.`);
      assert.match(error.next ?? '', /NEO4J_URI.*bolt\+s:/);
    }
  });

  it('names an unknown host', async () => {
    const error = await failure({ uri: 'bolt://nowhere.invalid:7687' });
    assert.equal(error.code, 'UNREACHABLE');
    assert.match(error.message, /bolt:\/\/nowhere\.invalid:7687/);
  });

  it('names a database that the server does not have', async () => {
    for (const uri of [serverUri(), as('neo4j')]) {
      const error = await failure({ uri, password: process.env.NEO4J_PASSWORD, database: 'nosuch' });
      assert.equal(error.code, 'UNREACHABLE');
      assert.equal(error.message, `The server at ${uri} has no database "nosuch".`);
      assert.match(error.next ?? '', /NEO4J_DATABASE/);
    }
  });

  it('tells that an address asks for TLS which the server does not speak', async () => {
    for (const scheme of ['bolt+s', 'neo4j+s', 'bolt+ssc']) {
      const error = await failure({ uri: as(scheme) });
      assert.equal(error.code, 'UNREACHABLE');
      assert.ok(error.message.includes(as(scheme)), error.message);
      assert.match(error.next ?? '', /without TLS needs (bolt|neo4j):\/\//);
    }
  });

  it('tells that what answers is no Bolt server', async () => {
    const server = http.createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const uri = `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await failure({ uri });
      assert.equal(error.code, 'UNREACHABLE');
      assert.ok(error.message.includes(uri), error.message);
      assert.match(`${error.message} ${error.next}`, /HTTP/i);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('gives up on a server that takes connections and says nothing', async () => {
    const taken: net.Socket[] = [];
    const server = net.createServer((socket) => taken.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const uri = `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await failure({ uri, retrySeconds: 5 });
      assert.equal(error.code, 'UNREACHABLE');
      assert.equal(error.message, `No Neo4j server answers at ${uri}.`);
    } finally {
      for (const socket of taken) socket.destroy();
      server.close();
    }
  });

  it('refuses what is no address', async () => {
    for (const uri of [
      '',
      'localhost:7687',
      'http://localhost:7474',
      'bolt:',
      'bolt://[',
      'bolt://host:port',
    ]) {
      const error = await failure({ uri });
      assert.equal(error.code, 'USAGE', uri);
      assert.ok(error.message.includes(JSON.stringify(uri)), error.message);
      assert.match(error.next ?? '', /bolt:\/\/localhost:7687/);
    }
  });

  it('refuses an address that holds a log-in, without showing it', async () => {
    const error = await failure({ uri: as('bolt').replace('//', `//neo4j:${PASSWORD}@`) });
    assert.equal(error.code, 'USAGE');
    assert.match(error.message, /log-in/);
    assert.match(error.next ?? '', /NEO4J_PASSWORD/);
  });

  it('is opened once for each server and database that sources name', async () => {
    const connection = { uri: serverUri(), password: process.env.NEO4J_PASSWORD, database: 'neo4j' };
    const nodes = [{ label: 'A', key: 'id' }];
    const graphs = await openGraphs(
      { sources: { a: { nodes }, b: { nodes, uri: as('neo4j') }, c: { nodes, database: 'neo4j' } } },
      connection,
    );
    try {
      assert.equal(graphs.of('a'), graphs.common);
      assert.equal(graphs.of('c'), graphs.common);
      assert.notEqual(graphs.of('b'), graphs.common);
      assert.equal(graphs.of('b').uri, as('neo4j'));
    } finally {
      await graphs.close();
    }
    await assert.rejects(
      openGraphs({ sources: { a: { nodes }, b: { nodes, database: 'nosuch' } } }, connection),
      { code: 'UNREACHABLE', message: /nosuch/ },
    );
  });
});

describe('the check of the server’s version', () => {
  it('lets 5.26 and newer ones pass, of Aura as well', () => {
    for (const version of ['5.26.0', '5.26.27', '5.27-aura', '5.26-aura', '2025.01.0', '2026.05.0', '6.0.0'])
      refuseOld('bolt://here', version);
  });

  it('refuses older ones, naming both', () => {
    for (const version of ['5.25.1', '5.9.0', '4.4.40', '5.25-aura', '3.5'])
      assert.throws(() => refuseOld('bolt://here', version), {
        code: 'SCHEMA',
        message: `The server at bolt://here is Neo4j ${version}; 5.26 or newer is needed.`,
      });
  });
});
