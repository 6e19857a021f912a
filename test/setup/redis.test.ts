import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { releaseName } from '../../src/setup/debian.js';
import { isAlive } from '../../src/setup/lock.js';
import { ensureRedis, startRedis } from '../../src/setup/redis.js';
import { temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const before = process.env.PATH;
afterEach(() => {
  process.env.PATH = before;
});

/** Puts programs before the real ones; `redis-server` is missing. */
function standIns(name: string, programs: Record<string, string>): { bin: string; calls: string } {
  const bin = path.join(folder, name);
  const calls = path.join(bin, 'calls');
  mkdirSync(bin);
  for (const [program, body] of Object.entries({ 'redis-server': 'exit 1', ...programs })) {
    writeFileSync(path.join(bin, program), `#!/bin/sh\necho "${program} $*" >> '${calls}'\n${body}\n`);
    chmodSync(path.join(bin, program), 0o755);
  }
  process.env.PATH = `${bin}${path.delimiter}${before}`;
  return { bin, calls };
}

describe('a Redis server', () => {
  it('listens on this machine only and keeps what was written when it is killed', async () => {
    const home = path.join(folder, 'home');
    const first = await startRedis({ home, log: console.error });
    const client = new Redis(first.url);
    await client.set('a', '1');
    assert.deepEqual(await client.config('GET', 'bind'), ['bind', '127.0.0.1']);
    client.disconnect();
    await first.kill();
    assert.equal(isAlive(first.pid), false);
    const second = await startRedis({ home, port: first.port });
    const again = new Redis(second.url);
    assert.equal(await again.get('a'), '1');
    again.disconnect();
    await second.stop();
    assert.equal(isAlive(second.pid), false);
  });

  it('is unpacked from Debian’s package with what is missing, by lists of its own where the system’s are old', async () => {
    // apt knows the package only once lists were fetched into a folder of ours.
    const apt = `case "$*" in
*' update') exit 0;;
*Dir::State::Lists*' install redis-server') echo 'Inst liblzf1 (3.6)'; echo 'Inst redis-server (7)';;
*Dir::State::Lists*' download liblzf1 redis-server') touch liblzf1.deb redis-server.deb;;
--version) ;;
*) echo 'E: Unable to locate package' >&2; exit 100;;
esac`;
    const unpack =
      'test "$1" = --version || { mkdir -p "$3/usr/bin" && touch "$3/usr/bin/$(basename "$2" .deb)"; }';
    const { calls } = standIns('debian', { 'apt-get': apt, 'dpkg-deb': unpack });
    const cache = path.join(folder, 'cache');
    const { command, env } = await ensureRedis(() => undefined, { ...process.env, KGMENTOR_CACHE: cache });
    assert.equal(path.dirname(command).startsWith(cache), true);
    assert.equal(readFileSync(command, 'utf8'), '');
    assert.match(env.LD_LIBRARY_PATH ?? '', /-linux-gnu$/);
    assert.match(readFileSync(calls, 'utf8'), /^apt-get .*-q update$/m);
    await ensureRedis(() => undefined, { ...process.env, KGMENTOR_CACHE: cache });
    assert.equal(readFileSync(calls, 'utf8').match(/ download /g)?.length, 1);
  });

  it('tells what to install where there is none and no Debian', async () => {
    standIns('other', { 'apt-get': 'exit 1' });
    await assert.rejects(
      ensureRedis(() => undefined, { ...process.env, KGMENTOR_CACHE: path.join(folder, 'none') }),
      /needs Redis, not found here/,
    );
  });

  it('is told apart by the release of the system', () => {
    const file = path.join(folder, 'os-release');
    writeFileSync(file, 'NAME="Debian"\nVERSION_ID="12"\nID=debian\n');
    assert.equal(releaseName(file), 'debian-12');
  });
});
