import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { classPath, javaFlags, writeConf } from '../../src/setup/neo4jConf.js';
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

  it('takes the quick compiler alone, unless both are asked for', () => {
    assert.ok(javaFlags(512).includes('-XX:TieredStopAtLevel=1'));
    assert.ok(!javaFlags(512, false).includes('-XX:TieredStopAtLevel=1'));
  });
});
