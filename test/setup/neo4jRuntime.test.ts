import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { classArchive } from '../../src/setup/classArchive.js';
import { ensureNeo4jRuntime, NEO4J_VERSION } from '../../src/setup/neo4jRuntime.js';
import { temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const before = { ...process.env };
let cache: string;
let calls: string;

/** Puts a program named mvn before the real one: it notes its arguments and copies small files as the jars. */
function standIn(fails: 'never' | 'offline' | 'always'): void {
  const jars = path.join(folder, 'jars');
  mkdirSync(jars, { recursive: true });
  for (const name of ['one.jar', 'two.jar', 'three.jar'])
    writeFileSync(path.join(jars, name), `${name} `.repeat(100));
  const bin = path.join(cache, '..', 'bin');
  mkdirSync(bin, { recursive: true });
  const refuse = { never: 'false', offline: 'test "$1" = -o', always: 'true' }[fails];
  const script = `#!/bin/sh
echo "$@" >> '${calls}'
if ${refuse}; then echo 'no route to the repository'; exit 1; fi
for a in "$@"; do case "$a" in -DoutputDirectory=*) out="\${a#*=}";; esac; done
mkdir -p "$out" && cp '${jars}'/* "$out"
`;
  writeFileSync(path.join(bin, 'mvn'), script);
  chmodSync(path.join(bin, 'mvn'), 0o755);
  process.env.PATH = `${bin}${path.delimiter}${before.PATH}`;
}

const asked = () => readFileSync(calls, 'utf8').trimEnd().split('\n');
const whole = { 'one.jar': 800, 'three.jar': 1000, 'two.jar': 800 };
const sizes = (lib: string) =>
  Object.fromEntries(readdirSync(lib).map((name) => [name, readFileSync(path.join(lib, name)).length]));

beforeEach((context) => {
  const own = path.join(folder, 'name' in context ? context.name.replace(/\W/g, '') : '');
  cache = path.join(own, 'cache');
  calls = path.join(own, 'calls');
  process.env.KGMENTOR_CACHE = cache;
});
afterEach(() => {
  for (const name of ['PATH', 'JAVA_HOME', 'KGMENTOR_CACHE']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

test('the jars are fetched once, from the network only where the local repository lacks them', async () => {
  standIn('offline');
  const said: string[] = [];
  const lib = await ensureNeo4jRuntime((line) => said.push(line));
  assert.deepEqual(sizes(lib), whole);
  assert.equal(await ensureNeo4jRuntime(assert.fail), lib);
  assert.equal(asked().length, 2);
  assert.deepEqual(
    asked().map((line) => line.startsWith('-o ')),
    [true, false],
  );
  assert.match(said.join('\n'), new RegExp(`Fetching neo4j ${NEO4J_VERSION}`));
});

test('a jar that is gone or cut brings all of them back whole', async () => {
  standIn('never');
  const lib = await ensureNeo4jRuntime(assert.fail);
  rmSync(path.join(lib, 'two.jar'));
  assert.deepEqual(sizes(await ensureNeo4jRuntime(assert.fail)), whole);
  truncateSync(path.join(lib, 'three.jar'), 7);
  assert.deepEqual(sizes(await ensureNeo4jRuntime(assert.fail)), whole);
  assert.equal(asked().length, 3);
  assert.deepEqual(readdirSync(cache), [`neo4j-${NEO4J_VERSION}`], 'nothing half finished stays');
});

test('jars that cannot be had are reported in the words of Maven, and nothing stays', async () => {
  standIn('always');
  await assert.rejects(
    ensureNeo4jRuntime(() => undefined),
    {
      code: 'UNREACHABLE',
      message: /org\.neo4j:neo4j:.*no route to the repository/,
    },
  );
  assert.deepEqual(readdirSync(cache), []);
});

test('without Java and Maven one error names both and how to get them', async () => {
  mkdirSync(cache, { recursive: true });
  process.env.PATH = cache;
  delete process.env.JAVA_HOME;
  await assert.rejects(ensureNeo4jRuntime(assert.fail), (error) => {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'USAGE');
    assert.equal(error.message, 'A local Neo4j server needs Java 17 or 21 and Maven, not found here.');
    assert.match(
      error.next ?? '',
      /apt-get install openjdk-17-jre-headless maven`.*brew install openjdk@17 maven`/,
    );
    return true;
  });
});

test('a class archive is used while it is whole, and made anew when it was cut', () => {
  const lib = path.join(cache, 'neo4j-0', 'lib');
  mkdirSync(lib, { recursive: true });
  const java = { command: 'java', build: 'openjdk 17.0.1' };
  const first = classArchive(java, lib, true);
  assert.equal(first.isNew, true);
  writeFileSync(first.flags[1].replace('-XX:ArchiveClassesAtExit=', ''), 'classes');
  first.keep();
  const file = fileOf(classArchive(java, lib, true));
  assert.equal(readFileSync(file, 'utf8'), 'classes');
  assert.equal(classArchive({ ...java, build: 'openjdk 21.0.1' }, lib, true).isNew, true);
  truncateSync(file, 3);
  const next = classArchive(java, lib, true);
  assert.equal(next.isNew, true);
  assert.deepEqual(classArchive(java, lib, false).flags, []);
  writeFileSync(next.flags[1].replace('-XX:ArchiveClassesAtExit=', ''), 'classes again');
  next.keep();
  assert.deepEqual(
    readdirSync(cache).filter((name) => name.includes('classes')),
    [path.basename(fileOf(classArchive(java, lib, true)))],
  );
});

function fileOf(archive: ReturnType<typeof classArchive>): string {
  const [, flag] = archive.flags;
  assert.match(flag, /^-XX:SharedArchiveFile=/);
  return flag.slice(flag.indexOf('=') + 1);
}
