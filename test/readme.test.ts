import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { commands } from '../src/commands/list.js';
import type { ConfigInput } from '../src/config.js';
import { cypher } from '../src/graph/cypher.js';
import { parseConfig } from '../src/settings.js';
import { runCli } from './_cli.js';
import { useGraph } from './_neo4j.js';
import { importRings, ringConfig, writeRings } from './_rings.js';
import { FIXTURES } from './train/importTeacher/_fixtures.js';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
/** The texts of the fenced blocks of a language. */
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1]);
const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));

describe('the texts of the README', () => {
  it('have the Cypher that is tested elsewhere', () => {
    assert.deepEqual(
      blocks('cypher').map((text) => text.trim()),
      ['paste-similar', 'paste-predict'].map((name) => cypher(name).trim()),
    );
  });

  it('have a configuration that can be read', () => {
    const [text] = blocks('json');
    assert.deepEqual(Object.keys(parseConfig(JSON.parse(text), 'README.md').sources), ['movies', 'imdb']);
  });

  it('state the defaults that the configuration has', () => {
    const config = parseConfig({ sources: {} }, 'nothing') as unknown as Record<string, unknown>;
    const at = (key: string) =>
      key.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown>)?.[step], config);
    const [, table] = readme.split('| key | default | meaning |\n|---|---|---|\n');
    const rows = table.split('\n\n')[0].split('\n');
    assert.ok(rows.length > 5);
    for (const row of rows) {
      const [keys, defaults] = row
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.replaceAll('`', '').trim().split(', '));
      for (const [i, key] of keys.entries()) assert.equal(String(at(key)), defaults[i], key);
    }
  });

  it('name scripts and commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, name] of readme.matchAll(/npm run (?:-s )?([a-z0-9]+)/g)) assert.ok(scripts[name], name);
    // Those in `bash` wait for other machines, and are not run below.
    const all = [...lines, ...blocks('bash').flatMap((block) => block.trim().split('\n'))];
    for (const line of all.filter((one) => one.startsWith('kgmentor ')))
      assert.ok(Object.hasOwn(commands, line.split(' ')[1]), line);
  });

  it('have manifests that start commands with the options that these have', async () => {
    const manifests = blocks('yaml').flatMap((block) => parseAllDocuments(block).map((one) => one.toJS()));
    assert.deepEqual(
      manifests.map(({ kind }) => kind),
      ['CronJob', 'Job'],
    );
    for (const { spec } of manifests) {
      const { containers } = (spec.jobTemplate?.spec ?? spec).template.spec;
      const [name, ...args] = containers[0].args as string[];
      const { options } = await commands[name].load();
      for (const flag of args.filter((one) => one.startsWith('--')))
        assert.ok(Object.hasOwn(options ?? {}, flag.slice(2)), `${name} ${flag}`);
    }
  });
});

describe('the command lines of the README', () => {
  const held = useGraph();
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-readme-'));
    writeRings(folder);
    // What the three engines made of joint.tsv, where their commands would have put it.
    for (const [from, to] of [
      ['pykeen/complex', 'pykeen'],
      ['dgl-ke/complex', 'dglke'],
      ['dgl-ke/complex', 'dglke/ckpts/ComplEx_joint_0'],
      ['pbg/complex', 'pbg'],
    ])
      cpSync(path.join(FIXTURES, from), path.join(folder, to), { recursive: true });
    const config: ConfigInput = { ...ringConfig, heldOut: { ...ringConfig.heldOut, links: 0.2 } };
    writeFileSync(path.join(folder, 'small.json'), JSON.stringify(config));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('run as they stand, in their order', async () => {
    const run = async (line: string) => {
      const { code, stdout, stderr } = await runCli(line.split(' ').slice(1), { cwd: folder });
      assert.equal(code, 0, `${line}\n${stderr}`);
      assert.notEqual(stdout, '', line);
    };
    const asked = lines.filter((line) => line.startsWith('kgmentor '));
    assert.equal(asked[0], 'kgmentor init');
    assert.ok(asked.length >= 15, `${asked.length} lines`);
    // `init` looks at a graph that is there; the small configuration then takes the place of what it wrote.
    await importRings(held.graph, folder);
    for (const line of asked) {
      await run(line);
      if (line !== 'kgmentor init') continue;
      const proposed = JSON.parse(readFileSync(path.join(folder, 'kgmentor.json'), 'utf8')) as ConfigInput;
      assert.deepEqual(Object.keys(proposed.sources).sort(), ['book', 'film']);
      writeFileSync(path.join(folder, 'kgmentor.json'), readFileSync(path.join(folder, 'small.json')));
    }
  });
});
