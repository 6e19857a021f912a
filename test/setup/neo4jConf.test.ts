import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import { classPath, freePorts, javaFlags, portsBefore, writeConf } from '../../src/setup/neo4jConf.js';
import { temporaryFolder } from './_folder.js';

describe('the configuration of a local server', () => {
  const confOf = (...more: [plugins?: Parameters<typeof writeConf>[3]]): string[] => {
    const home = temporaryFolder();
    writeConf(home, { bolt: 17687 }, false, ...more);
    return readFileSync(path.join(home, 'conf', 'neo4j.conf'), 'utf8').split('\n');
  };

  it('listens on this machine only, and names no plugins where there are none', () => {
    const lines = confOf();
    assert.ok(lines.includes('server.bolt.listen_address=127.0.0.1:17687'));
    assert.ok(!lines.some((line) => /plugins|procedures/.test(line)));
  });

  it('names the folder of plugins and what they may do', () => {
    const lines = confOf({ folder: '/jars', unrestricted: 'gds.*' });
    assert.ok(lines.includes('server.directories.plugins=/jars'));
    assert.ok(lines.includes('dbms.security.procedures.unrestricted=gds.*'));
  });

  it('has the server’s own jars first on the class path, then those that there are', () => {
    assert.equal(
      classPath('lib', undefined, 'jars'),
      [path.join('lib', '*'), path.join('jars', '*')].join(path.delimiter),
    );
  });

  it('has the ports of the last time again, unless another program has one of them now', async () => {
    const home = temporaryFolder();
    assert.deepEqual(portsBefore(home), { bolt: undefined, http: undefined });
    const first = await freePorts({ http: true });
    writeConf(home, first, false);
    assert.deepEqual(portsBefore(home), first);
    assert.deepEqual(await freePorts({ http: true, before: portsBefore(home) }), first);
    const other = createServer();
    await new Promise<void>((ready) => other.listen(first.bolt, '127.0.0.1', ready));
    try {
      const { bolt, http } = await freePorts({ http: true, before: portsBefore(home) });
      assert.notEqual(bolt, first.bolt);
      assert.equal(http, first.http);
    } finally {
      await new Promise((closed) => other.close(closed));
    }
  });

  it('takes the quick compiler alone, unless both are asked for', () => {
    assert.ok(javaFlags(512).includes('-XX:TieredStopAtLevel=1'));
    assert.ok(!javaFlags(512, false).includes('-XX:TieredStopAtLevel=1'));
  });
});
