import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { type ConnectOptions, connect } from '../../src/graph/connect.js';
import { type LocalServer, startNeo4j } from '../../src/setup/neo4j.js';

const INITIAL = 'neo4j';
const PASSWORD = 'of-the-test-4711';
const WRONG = 'never-to-be-shown-4711';

describe('a log-in', () => {
  let home: string;
  let server: LocalServer;

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'kgmentor-login-'));
    server = await startNeo4j({ home, auth: true, heapMb: 512 });
  });
  after(async () => {
    await server?.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function refused(options: Partial<ConnectOptions>): Promise<KgmentorError> {
    const error = await connect({ uri: server.uri, ...options }).then(
      async (graph) => {
        await graph.close();
        throw new Error('the log-in was taken');
      },
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof KgmentorError, String(error));
    assert.equal(error.code, 'UNREACHABLE');
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      for (const password of [WRONG, PASSWORD])
        assert.ok(!`${at.message} ${at.stack} ${error.next}`.includes(password), at.stack);
    return error;
  }

  it('with the initial password says that it must be changed, and how', async () => {
    const error = await refused({ password: INITIAL });
    assert.equal(
      error.message,
      `The password of user "neo4j" at ${server.uri} is the initial one and must be changed first.`,
    );
    assert.match(error.next ?? '', /ALTER CURRENT USER SET PASSWORD/);
  });

  it('works once the password was changed', async () => {
    const { default: neo4j } = await import('neo4j-driver');
    const driver = neo4j.driver(server.uri, neo4j.auth.basic('neo4j', INITIAL));
    const session = driver.session({ database: 'system' });
    try {
      await session.run('ALTER CURRENT USER SET PASSWORD FROM $from TO $to', { from: INITIAL, to: PASSWORD });
    } finally {
      await session.close();
      await driver.close();
    }
    const graph = await connect({ uri: server.uri, password: PASSWORD });
    await graph.close();
  });

  it('without credentials, with an unknown user or a wrong password names the user and no password', async () => {
    for (const options of [{}, { username: 'anna', password: WRONG }, { password: WRONG }]) {
      const error = await refused(options);
      assert.equal(
        error.message,
        `The server at ${server.uri} refused the log-in of user "${options.username ?? 'neo4j'}".`,
      );
      assert.match(error.next ?? '', /NEO4J_USERNAME and NEO4J_PASSWORD/);
    }
  });

  it('that was wrong several times is locked for a while, which is said', async () => {
    const messages: string[] = [];
    for (let i = 0; i < 6; i++) messages.push((await refused({ password: WRONG })).message);
    assert.match(messages.at(-1) ?? '', /has locked the log-in after several wrong passwords/);
  });
});
