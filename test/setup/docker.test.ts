import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { NEO4J_VERSION } from '../../src/setup/neo4jRuntime.js';
import { temporaryFolder } from './_folder.js';

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  environment: Record<string, string>;
  ports?: string[];
  secrets: string[];
  volumes: string[];
  init?: boolean;
  user?: string;
  entrypoint?: string[];
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number };
  depends_on?: Record<string, { condition: string }>;
}

interface Compose {
  services: Record<'neo4j' | 'kgmentor', Service>;
  secrets: Record<string, Record<string, string>>;
  volumes: Record<string, unknown>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const docker = path.join(root, 'docker');
const text = readFileSync(path.join(docker, 'compose.yaml'), 'utf8');
const compose = parse(text) as Compose;
const { neo4j, kgmentor } = compose.services;

/** A variable's default in the place of `${NAME:-default}`. */
const withDefaults = (value: string) => value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');

/** The instructions of the Dockerfile, continued lines joined. */
const instructions = readFileSync(path.join(docker, 'Dockerfile'), 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [name, ...words] = line.trim().split(/\s+/);
    return { name, words, rest: words.join(' ') };
  });
const stages = instructions.filter(({ name }) => name === 'FROM');
const final = instructions.slice(instructions.lastIndexOf(stages.at(-1)!));

test('all ports are those of this machine only', () => {
  assert.equal(neo4j.ports?.length, 2);
  for (const port of [...(neo4j.ports ?? []), ...(kgmentor.ports ?? [])])
    assert.match(withDefaults(port), /^127\.0\.0\.1:\d+:(7474|7687)$/);
});

test('the image of the server has the release of the local one', () => {
  const [major, minor] = NEO4J_VERSION.split('.');
  assert.equal(neo4j.image, `neo4j:${major}.${minor}-community`);
});

test('the server counts as healthy when it answers a query, and the program waits for that', () => {
  const { test: command, interval, timeout, retries } = neo4j.healthcheck!;
  assert.equal(command[0], 'CMD-SHELL');
  assert.match(command[1], /cypher-shell .*'RETURN 1'$/);
  assert.ok(Number.parseInt(interval, 10) > 0 && Number.parseInt(timeout, 10) > 0 && retries > 1);
  assert.deepEqual(kgmentor.depends_on, { neo4j: { condition: 'service_healthy' } });
  assert.equal(new URL(kgmentor.environment.NEO4J_URI).hostname, 'neo4j');
});

test('the data outlives the container', () => {
  const [volume, place] = neo4j.volumes[0].split(':');
  assert.equal(place, '/data');
  assert.ok(volume in compose.volumes);
});

test('the password is in a file that neither git nor the image takes', () => {
  const [[secret, source], ...more] = Object.entries(compose.secrets);
  assert.deepEqual(more, []);
  for (const service of [neo4j, kgmentor]) assert.deepEqual(service.secrets, [secret]);
  assert.equal(neo4j.environment.NEO4J_AUTH_FILE, `/run/secrets/${secret}`);
  for (const { environment } of [neo4j, kgmentor])
    for (const [name, value] of Object.entries(environment))
      assert.ok(
        !/PASS|AUTH|SECRET/i.test(name) || value === `/run/secrets/${secret}`,
        `${name} in clear text`,
      );
  assert.doesNotMatch(
    text.replaceAll(/NEO4J_PASSWORD="\$\$\(cut -d\/ -f2- \/run\/secrets\/\w+\)"/g, ''),
    /PASSWORD=/,
  );
  assert.deepEqual(Object.keys(source), ['file']);
  const file = path.join(docker, withDefaults(source.file));
  assert.equal(readFileSync(path.join(path.dirname(file), '.gitignore'), 'utf8'), '*\n!.gitignore\n');
  assert.equal(isInContext(path.relative(root, file)), false);
});

test('the program gets the password out of the secret, whatever it contains', () => {
  const folder = temporaryFolder();
  const [command, ...args] = kgmentor.entrypoint!.map((word) => word.replaceAll('$$', '$'));
  const program = path.join(folder, 'program.mjs');
  const secret = path.join(folder, 'secret');
  writeFileSync(
    program,
    'console.log(JSON.stringify([process.env.NEO4J_PASSWORD, ...process.argv.slice(2)]));',
  );
  writeFileSync(secret, 'neo4j/a/b $HOME "c" \\n\n');
  const here = args.map((word) =>
    word.replace('/run/secrets/neo4j_auth', secret).replace('/app/dist/src/cli.js', program),
  );
  const said = execFileSync(command, [...here, 'query', 'two words'], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(said), ['a/b $HOME "c" \\n', 'query', 'two words']);
  const gone = here.map((word) => word.replace(secret, `${secret}-gone`));
  assert.throws(() => execFileSync(command, gone, { stdio: 'pipe' }), /No such file/);
});

test('the image is built from files of the repository that reach the build', () => {
  const { context, dockerfile } = kgmentor.build!;
  assert.equal(path.resolve(docker, context), path.resolve(root));
  assert.ok(existsSync(path.join(root, dockerfile)));
  const copies = instructions.filter(({ name }) => name === 'COPY');
  assert.ok(copies.length > 0);
  for (const { words } of copies) {
    if (words[0].startsWith('--from=')) {
      const from = words[0].slice('--from='.length);
      assert.ok(
        stages.some((stage) => stage.words.join(' ').endsWith(`AS ${from}`)),
        `no stage ${from}`,
      );
      continue;
    }
    for (const source of words.slice(0, -1)) {
      assert.ok(existsSync(path.join(root, source)), `${source} is not in the repository`);
      assert.ok(isInContext(source), `${source} is kept from the build by .dockerignore`);
    }
  }
});

test('both stages have the same Node, fit for the program and for its TensorFlow', () => {
  const images = new Set(stages.map(({ words }) => words[0]));
  assert.equal(images.size, 1);
  const [, major] = /^node:(\d+)-\w+-slim$/.exec([...images][0])!;
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  assert.ok(Number(major) >= Number(/\d+/.exec(engines.node)![0]));
});

test('the program runs as another user than root, and signals reach it', () => {
  const user = final.findLast(({ name }) => name === 'USER')?.rest;
  assert.ok(user !== undefined && !/^(root|0)(:|$)/.test(user));
  assert.match(withDefaults(kgmentor.user!), /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(kgmentor.init, true);
  const entry = JSON.parse(final.find(({ name }) => name === 'ENTRYPOINT')!.rest) as string[];
  assert.equal(entry[0], 'node', 'no shell in between');
  assert.match(kgmentor.entrypoint![2], new RegExp(`exec ${entry.join(' ')} "\\$\\$@"$`));
});

/** What .dockerignore lets through: it keeps everything out but the names it lists. */
function isInContext(file: string): boolean {
  const lines = readFileSync(path.join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(lines[0], '*');
  assert.ok(lines.slice(1).every((line) => line.startsWith('!')));
  return lines.slice(1).some((line) => file === line.slice(1) || file.startsWith(`${line.slice(1)}/`));
}
