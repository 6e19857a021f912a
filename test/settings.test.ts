import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { KgmentorError } from '../src/errors.js';
import { connectionOf, jsonSchema, loadConfig, parseConfig } from '../src/settings.js';

const NAMES = [
  'NEO4J_URI',
  'NEO4J_USERNAME',
  'NEO4J_PASSWORD',
  'NEO4J_DATABASE',
  'KGMENTOR_WRITE_USERNAME',
  'KGMENTOR_WRITE_PASSWORD',
];
const own = { ...process.env };
const here = process.cwd();
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'kgmentor-settings-')));
  process.chdir(folder);
  for (const name of NAMES) delete process.env[name];
});
afterEach(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true });
  for (const name of NAMES) {
    delete process.env[name];
    if (own[name] !== undefined) process.env[name] = own[name];
  }
});

const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
const nodes = [{ label: 'Movie', key: 'id' }];
const sources = { movies: { nodes } };

/** The message of a configuration at fault. */
function fault(input: unknown): string {
  try {
    parseConfig(input, 'kgmentor.json');
  } catch (error) {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'USAGE');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'no fault was found' });
}

describe('the connection', () => {
  it('comes from flags over the environment over .env over what is usual', () => {
    const usual = {
      uri: 'bolt://localhost:7687',
      username: 'neo4j',
      password: undefined,
      database: 'neo4j',
    };
    assert.deepEqual(connectionOf({}), usual);
    write(
      '.env',
      'NEO4J_URI=bolt://file\nNEO4J_USERNAME=file\nNEO4J_PASSWORD="of # file"\nNEO4J_DATABASE=file\n',
    );
    const file = { uri: 'bolt://file', username: 'file', password: 'of # file', database: 'file' };
    assert.deepEqual(connectionOf({}), file);
    for (const name of NAMES) delete process.env[name];
    process.env.NEO4J_URI = 'bolt://env';
    process.env.NEO4J_PASSWORD = 'env';
    assert.deepEqual(connectionOf({}), { ...file, uri: 'bolt://env', password: 'env' });
    assert.deepEqual(connectionOf({ uri: 'bolt://flag', username: 'flag', database: 'flag' }), {
      uri: 'bolt://flag',
      username: 'flag',
      password: 'env',
      database: 'flag',
    });
  });

  it('comes from the .env beside the configuration before the one of the working folder', () => {
    const other = mkdtempSync(path.join(folder, 'other-'));
    write('.env', 'NEO4J_URI=bolt://here\nNEO4J_DATABASE=here\n');
    writeFileSync(path.join(other, '.env'), 'NEO4J_URI=bolt://beside\n');
    const { uri, database } = connectionOf({ config: path.join(other, 'kgmentor.json') });
    assert.deepEqual([uri, database], ['bolt://beside', 'here']);
  });

  it('takes what is empty as absent', () => {
    write(
      '.env',
      'NEO4J_URI=\nNEO4J_USERNAME=\nNEO4J_PASSWORD=\nNEO4J_DATABASE=\nKGMENTOR_WRITE_USERNAME=\n',
    );
    assert.deepEqual(connectionOf({}, 'write'), {
      uri: 'bolt://localhost:7687',
      username: 'neo4j',
      password: undefined,
      database: 'neo4j',
    });
  });

  it('has another user for writing where one is named, never a mixture of two', () => {
    Object.assign(process.env, {
      NEO4J_USERNAME: 'reader',
      NEO4J_PASSWORD: 'r',
      KGMENTOR_WRITE_USERNAME: 'writer',
      KGMENTOR_WRITE_PASSWORD: 'w',
    });
    const login = (...args: Parameters<typeof connectionOf>) => {
      const { username, password } = connectionOf(...args);
      return [username, password];
    };
    assert.deepEqual(login({}), ['reader', 'r']);
    assert.deepEqual(login({}, 'write'), ['writer', 'w']);
    assert.deepEqual(login({ username: 'admin' }, 'write'), ['admin', 'r']);
  });
});

describe('a configuration', () => {
  it('gets its defaults, and folders beside itself', () => {
    write(
      'kgmentor.json',
      `\uFEFF${JSON.stringify({ sources, alignments: [{ file: 'l.tsv', between: ['a', 'b'] }] })}`,
    );
    const config = loadConfig('kgmentor.json');
    assert.equal(config.teacher.dim, 256);
    assert.equal(config.student.distillation.temperature, 1);
    assert.deepEqual(config.heldOut, { valid: 0.05, test: 0.05, links: 0, key: 'kgmentor' });
    assert.equal(config.runs, path.join(folder, 'runs'));
    assert.deepEqual(config.alignments, [{ file: path.join(folder, 'l.tsv'), between: ['a', 'b'] }]);
  });

  it('is missing, or no JSON, which is said with the file’s name', () => {
    assert.throws(() => loadConfig('none.json'), { code: 'USAGE', message: /none\.json/, next: /init/ });
    write('broken.json', '{"sources": ');
    assert.throws(() => loadConfig('broken.json'), { code: 'USAGE', message: /^broken\.json is no JSON: / });
  });

  it('has unknown keys named with the nearest known one, at every depth', () => {
    const cases: [unknown, string][] = [
      [{ sources, techer: {} }, 'unknown key "techer" at the top level (did you mean "teacher"?)'],
      [{ sources, teacher: { dims: 8 } }, 'unknown key "dims" at teacher (did you mean "dim"?)'],
      [
        { sources, student: { distillation: { predicton: 1 } } },
        'unknown key "predicton" at student.distillation (did you mean "prediction"?)',
      ],
      [
        { sources: { movies: { nodes, relation: {} } } },
        'unknown key "relation" at sources.movies (did you mean "relations"?)',
      ],
      [
        { sources: { movies: { nodes, relations: { includes: [] } } } },
        'unknown key "includes" at sources.movies.relations (did you mean "include"?)',
      ],
      [
        { sources: { movies: { nodes: [{ ...nodes[0], lable: 'x' }] } } },
        'unknown key "lable" at sources.movies.nodes.0 (did you mean "label"?)',
      ],
      [{ sources, zzzzzz: 1 }, 'unknown key "zzzzzz" at the top level'],
    ];
    for (const [input, message] of cases) assert.equal(fault(input), `kgmentor.json: ${message}.`);
  });

  it('has faults of alignments told in one readable sentence', () => {
    const cases: [unknown, string][] = [
      [
        { relationship: 'SAME_AS', confidense: 'c' },
        'unknown key "confidense" at alignments.0 (did you mean "confidence"?)',
      ],
      [{ file: 'links.tsv' }, 'alignments.0.between: expected tuple, received undefined'],
      [
        { file: 'links.tsv', between: ['a'] },
        'alignments.0.between: Too small: expected array to have >=2 items',
      ],
      [
        { match: { 'a.X.id': 'b.Y.id' }, confidence: 2 },
        'alignments.0.confidence: Too big: expected number to be <=1',
      ],
      [{ relationship: 5 }, 'alignments.0.relationship: expected string, received number'],
      ['SAME_AS', 'alignments.0: expected object, received string'],
      [{}, 'alignments.0: one of "relationship", "match" or "file" is needed'],
      [
        { relationshp: 'SAME_AS' },
        'alignments.0: one of "relationship", "match" or "file" is needed; unknown key "relationshp" at alignments.0 (did you mean "relationship"?)',
      ],
      [
        { relationship: 'SAME_AS', file: 'x', between: ['a', 'b'] },
        'the key "file" at alignments.0 does not go with the others there',
      ],
    ];
    for (const [alignment, message] of cases)
      assert.equal(fault({ sources, alignments: [alignment] }), `kgmentor.json: ${message}.`);
  });

  it('has wrong values told with their place and what is expected', () => {
    const cases: [unknown, RegExp][] = [
      [{ sources: { movies: { nodes: [] } } }, /sources\.movies\.nodes: Too small/],
      [{ sources: { movies: { nodes: [{ label: '=M', key: 'id' }] } } }, /nodes\.0\.label: .*begin with "="/],
      [
        { sources: { movies: { nodes, relations: { weight: 3 } } } },
        /sources\.movies\.relations\.weight: .*string/,
      ],
      [{ sources: { movies: { nodes, mostValues: 0 } } }, /sources\.movies\.mostValues: Too small/],
      [{ sources: { movies: { nodes: [{ label: 'M', key: [] }] } } }, /nodes\.0\.key: Too small.*array/],
      [{ sources: { movies: { nodes: [{ label: 'M' }] } } }, /nodes\.0\.key: expected string/],
      [{ sources, student: { hops: 2 } }, /student\.hops: expected one of 0\|1/],
      [{ sources, teacher: { geometry: 'dots' } }, /teacher\.geometry: expected one of "dot"\|"unit"/],
      [{ sources, teacher: { dim: 7 } }, /teacher\.dim: Invalid number: must be a multiple of 2/],
      [{}, /^kgmentor\.json: sources: /],
      [[], /^kgmentor\.json: the top level: expected object, received array/],
    ];
    for (const [input, message] of cases) assert.match(fault(input), message);
  });

  it('is described by a JSON Schema that knows its keys', () => {
    const schema = jsonSchema() as { properties: Record<string, unknown>; required: string[] };
    assert.deepEqual(schema.required, ['sources']);
    for (const key of ['sources', 'alignments', 'teacher', 'student', 'runs'])
      assert.ok(schema.properties[key], key);
  });
});

describe('a password', () => {
  const secret = 'never-to-be-shown-4711';
  const texts: string[] = [];
  const collect = (error: unknown) => {
    for (let at = error; at instanceof Error; at = at.cause)
      texts.push(at.message, at.stack ?? '', String((at as KgmentorError).next));
    return true;
  };
  before(() => texts.splice(0));
  after(() => assert.ok(texts.length > 0));

  it('is in no error of the settings', () => {
    process.env.NEO4J_PASSWORD = secret;
    write('.env', `NEO4J_PASSWORD=${secret}\n`);
    write('broken.json', `{"sources": {}, "password": "${secret}", `);
    assert.throws(() => loadConfig('broken.json'), collect);
    assert.throws(() => parseConfig({ sources, password: secret }, 'kgmentor.json'), collect);
    assert.throws(
      () => parseConfig({ sources: { movies: { nodes, password: secret } } }, 'kgmentor.json'),
      collect,
    );
    for (const text of texts) assert.ok(!text.includes(secret), text);
  });
});
