import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { ConfigInput } from '../src/config.js';
import { type CliResult, interrupt, kgmentor } from './_cli.js';
import { run, useGraph, wipe } from './_neo4j.js';

let folder: string;
const held = useGraph();
const nodes = [{ label: 'Movie', key: 'id' }];
const CONFIG: ConfigInput = { sources: { movies: { nodes } } };

async function write(name: string, content: unknown): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(path.join(folder, name), text);
}

const cli = (...args: string[]) => kgmentor(args, { cwd: folder });

/** A command that failed says so on stderr only: one line what, one line what to do, no trace. */
function assertFails(result: CliResult, code: number, what: RegExp, next: RegExp): void {
  assert.equal(result.code, code, result.stderr);
  assert.equal(result.stdout, '');
  const lines = result.stderr.trimEnd().split('\n').slice(-2);
  assert.match(lines[0], /^kgmentor: /);
  assert.match(lines[0], what);
  assert.match(lines[1] ?? '', next);
  assert.doesNotMatch(result.stderr, /\n {4}at /);
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kgmentor-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the command line', () => {
  it('ends at the first Ctrl-C where nothing would be lost', async () => {
    await write('kgmentor.json', CONFIG);
    const taken: net.Socket[] = [];
    const server = net.createServer((socket) => taken.push(socket)).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { code, stdout } = await kgmentor(['sources', '--uri', `bolt://127.0.0.1:${port}`], {
        cwd: folder,
        onBegun: (child) => server.once('connection', () => interrupt(child)),
      });
      assert.deepEqual([code, stdout], [130, '']);
    } finally {
      for (const socket of taken) socket.destroy();
      server.close();
    }
  });

  it('tells its commands, options and version', async () => {
    const version = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ).version;
    for (const flag of ['--version', '-V']) {
      const { code, stdout, stderr } = await cli(flag);
      assert.deepEqual([code, stdout, stderr], [0, `${version}\n`, '']);
    }
    const overview = await cli('--help');
    assert.equal(overview.code, 0);
    const names = [...overview.stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map((match) => match[1]);
    assert.ok(names.length >= 13, overview.stdout);
    for (const name of names) {
      const { code, stdout, stderr } = await cli(name, '--help');
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^kgmentor ${name}.*\n\n.*--config FILE`, 's'));
    }
  });

  it('says every option in the help of its command', async () => {
    const { commands } = await import('../src/commands/list.js');
    for (const [name, { load }] of Object.entries(commands)) {
      const command = await load();
      const said = `${command.usage} ${Object.keys(command.help ?? {}).join(' ')}`;
      for (const option of Object.keys(command.options ?? {}))
        assert.ok(said.includes(`--${option}`), `${name} --${option}`);
    }
  });

  it('names the nearest command', async () => {
    assertFails(await cli('pretran'), 2, /no command "pretran"/, /`kgmentor pretrain`/);
    assertFails(await cli('constructor'), 2, /no command "constructor"/, /--help/);
    assertFails(await cli('--json', 'runs'), 2, /--json stands before the command/, /runs --json/);
  });

  it('names the nearest option, and what an argument should be', async () => {
    assertFails(await cli('pretrain', '--thread', '2'), 2, /'--thread'/, /--threads\?/);
    assertFails(await cli('pretrain', '-x'), 2, /'-x'/, /--help/);
    assertFails(await cli('pretrain', '--threads'), 2, /'--threads <value>' argument missing/, /--help/);
    assertFails(await cli('similar'), 2, /takes <source>/, /--help/);
    assertFails(await cli('retrain'), 2, /takes one target, or --targets/, /--targets films,books/);
    assertFails(await cli('runs', 'extra'), 2, /takes no arguments/, /--help/);
  });

  it('names an unknown key of the configuration with the nearest one', async () => {
    await write('kgmentor.json', { ...CONFIG, teacher: { epoch: 3 } });
    assertFails(
      await cli('sources'),
      2,
      /kgmentor\.json: unknown key "epoch" at teacher \(did you mean "epochs"\?\)/,
      /kgmentor\.schema\.json/,
    );
  });

  it('says where a configuration comes from when there is none', async () => {
    assertFails(await cli('runs'), 2, /no configuration kgmentor\.json/, /kgmentor init/);
    await write('kgmentor.json', '{');
    assertFails(await cli('runs'), 2, /kgmentor\.json is no JSON/, /Correct/);
  });
});

describe('a command that reads the graph', () => {
  before(() => wipe(held.graph));
  after(() => wipe(held.graph));
  beforeEach(() => write('kgmentor.json', CONFIG));

  it('says that the server is down', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const uri = `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.close();
    await once(server, 'close');
    const secret = 'never-to-be-shown-4711';
    for (const args of [['sources'], ['init', '--force'], ['import', 'movies', '--triples', 'x.tsv']]) {
      const result = await kgmentor([...args, '--uri', uri, '--verbose'], {
        cwd: folder,
        env: { NEO4J_PASSWORD: secret },
      });
      assert.equal(result.code, 3, result.stderr);
      assert.ok(result.stderr.includes(`kgmentor: No Neo4j server answers at ${uri}.\n`), result.stderr);
      assert.ok(!result.stderr.includes(secret));
    }
  });

  it('says that the server has no such database', async () => {
    assertFails(await cli('sources', '--database', 'nosuch'), 3, /no database "nosuch"/, /NEO4J_DATABASE/);
  });

  it('says that the address is none', async () => {
    assertFails(await cli('sources', '--uri', 'localhost:7687'), 2, /no address/, /bolt:/);
  });

  it('names an unknown label with the nearest one', async () => {
    await wipe(held.graph);
    await run(held.graph, 'CREATE (:Movie {id: 1})');
    await write('kgmentor.json', {
      sources: { movies: { nodes: [{ label: 'Moive', key: 'id' }] }, books: { nodes } },
      alignments: [{ relationship: 'SAME_AS', between: ['movies', 'boks'] }],
    });
    assertFails(await cli('sources'), 2, /no source "boks"/, /"books"/);
    await write('kgmentor.json', { sources: { movies: { nodes: [{ label: 'Moive', key: 'id' }] } } });
    assertFails(await cli('sources'), 2, /no label "Moive"/, /"Movie"/);
    const doctor = await cli('doctor', '--json');
    assert.equal(doctor.code, 1);
    const finding = JSON.parse(doctor.stdout).find((one: { what: string }) => one.what === 'source movies');
    assert.equal(finding.ok, false);
    assert.match(finding.mend, /"Movie"/);
  });

  it('says that a source is empty', async () => {
    await wipe(held.graph);
    assertFails(await cli('sources'), 5, /no label "Movie": it is empty/, /Import/);
    await run(held.graph, 'CREATE CONSTRAINT m FOR (m:Movie) REQUIRE m.id IS UNIQUE');
    await run(held.graph, 'CREATE (:Other)');
    assertFails(await cli('sources'), 5, /source movies is empty/, /Import/);
  });

  it('says which keys are repeated', async () => {
    await wipe(held.graph);
    await run(held.graph, "UNWIND ['a', 'a', 'b'] AS id CREATE (:Movie {id: id})");
    assertFails(await cli('sources'), 7, /1 keys? of the source movies .*\["Movie","a"\]/, /composite/);
    const doctor = await cli('doctor', '--json');
    assert.equal(doctor.code, 1);
    const finding = JSON.parse(doctor.stdout).find((one: { what: string }) => one.what === 'source movies');
    assert.match(finding.found, /\["Movie","a"\]/);
    assert.match(finding.mend, /composite/);
  });

  it('says in doctor that sources without alignments learn nothing from each other', async () => {
    await wipe(held.graph);
    await run(held.graph, "CREATE (:Movie {id: 'a'}), (:Movie {id: 'b'})");
    const sources = { movies: { nodes }, films: { nodes } };
    await write('kgmentor.json', { sources });
    const doctor = await cli('doctor', '--json');
    assert.equal(doctor.code, 0);
    const finding = JSON.parse(doctor.stdout).find((one: { what: string }) => one.what === 'alignments');
    assert.match(finding.mend, /no source learns from another/);
  });

  it('says in doctor which types are excluded for nothing', async () => {
    await wipe(held.graph);
    await run(held.graph, "CREATE (:Movie {id: 'a'})-[:SEQUEL_OF]->(:Movie {id: 'b'})");
    const relations = { exclude: ['SEQUEL_OFF', 'SEQUEL_OF'] };
    await write('kgmentor.json', { sources: { movies: { nodes, relations } } });
    const { code, stdout } = await cli('doctor', '--json');
    assert.equal(code, 0);
    const finding = JSON.parse(stdout).find((one: { what: string }) => one.what === 'source movies');
    assert.match(finding.mend, /^excludes "SEQUEL_OFF", .*"SEQUEL_OF"\?$/);
  });

  it('tells in doctor of alignments that the database does not have, or that give no link', async () => {
    await wipe(held.graph);
    await run(
      held.graph,
      "CREATE (a:Movie {id: 'a'})-[:SEQUEL_OF]->(:Movie {id: 'b'}), (a)-[:SAME_AS]->(:Film {id: 'a'})",
    );
    const sources = { movies: { nodes }, films: { nodes: [{ label: 'Film', key: 'id' }] } };
    const linksOf = async (alignment: object) => {
      await write('kgmentor.json', { sources, alignments: [alignment] });
      const { code, stdout } = await cli('doctor', '--json');
      return { code, ...JSON.parse(stdout).find((one: { what: string }) => one.what === 'links') };
    };
    const { mend: _, ...sound } = await linksOf({ relationship: 'SAME_AS' });
    assert.deepEqual(sound, { code: 0, what: 'links', ok: true, found: '1 by relationship SAME_AS' });
    const unknown = await linksOf({ relationship: 'SAME_ASS' });
    assert.deepEqual([unknown.code, unknown.ok], [1, false]);
    assert.match(unknown.mend, /"SAME_AS"/);
    const empty = await linksOf({ relationship: 'SEQUEL_OF' });
    assert.deepEqual([empty.code, empty.ok], [1, false]);
    assert.match(empty.mend, /no link: relationship SEQUEL_OF$/);
    await run(held.graph, "CREATE (:Person {imdb: 'p'})");
    const halfLinked = await linksOf({
      match: { 'movies.Movie.id': 'films.Film.id', 'movies.Movie.imdb': 'films.Film.id' },
    });
    assert.deepEqual([halfLinked.code, halfLinked.ok], [1, false]);
    assert.match(halfLinked.mend, /^no node has .* as movies\.Movie\.imdb$/);
  });

  it('names file and line of what cannot be imported, and writes nothing', async () => {
    await wipe(held.graph);
    await run(held.graph, "CREATE (:Movie {id: 'a'})");
    await write('bad.tsv', 'a\tr\tb\nb\tr\n');
    assertFails(await cli('import', 'movies', '--triples', 'bad.tsv'), 7, /bad\.tsv:2: 2 columns/, /./);
    await write('bad.csv', 'id,title\nx,One\nx,Two\n');
    assertFails(await cli('import', 'movies', '--nodes', 'bad.csv'), 7, /bad\.csv:3: the key "x"/, /./);
    assertFails(await cli('import', 'movies', '--nodes', 'none.csv'), 5, /none\.csv cannot be read/, /path/);
    assertFails(await cli('import', 'moives', '--nodes', 'bad.csv'), 2, /source "moives"/, /"movies"/);
    assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN properties(n) AS p'), [{ p: { id: 'a' } }]);
    assert.deepEqual(await run(held.graph, 'SHOW CONSTRAINTS YIELD name RETURN name'), []);
  });

  it('imports RDF under any name, with relations named as asked, and tells what it left out', async () => {
    await wipe(held.graph);
    const foaf = 'http://xmlns.com/foaf/0.1/';
    await write('a.dump', `<urn:a> <${foaf}knows> <urn:b> .\n<urn:a> <${foaf}name> "A" .\n`);
    const asked = ['import', 'movies', '--triples', 'a.dump', '--format', 'nt', '--relations', 'prefixed'];
    const first = await cli(...asked);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /2 nodes and 1 relationships created/);
    assert.match(first.stdout, /^left out: 1 literals$/m);
    const again = JSON.parse((await cli(...asked, '--json')).stdout);
    assert.deepEqual([again.relationshipsCreated, again.unchanged, again.leftOut.literals], [0, 1, 1]);
    assert.deepEqual(await run(held.graph, 'MATCH ()-[r]->() RETURN type(r) AS r'), [{ r: 'foaf__knows' }]);
    for (const flag of ['--format', '--relations'])
      assertFails(
        await cli('import', 'movies', '--triples', 'a.dump', flag, 'xml'),
        2,
        new RegExp(`${flag} xml: one of`),
        /Choose/,
      );
    assertFails(await cli('import', 'movies', '--nodes', 'a.dump', '--format', 'nt'), 2, /is RDF/, /triples/);
  });

  it('imports weights of facts on request', async () => {
    await wipe(held.graph);
    await write('rated.tsv', 'a\tLIKES\tb\t2.5\na\tLIKES\tc\t\nb\tLIKES\tc\t7\n');
    const weighed = ['import', 'movies', '--triples', 'rated.tsv', '--weight', 'stars'];
    const first = await cli(...weighed, '--json');
    assert.equal(first.code, 0, first.stderr);
    assert.equal(JSON.parse(first.stdout).relationshipsCreated, 3);
    assert.equal(JSON.parse((await cli(...weighed, '--json')).stdout).unchanged, 3);
    assert.deepEqual(await run(held.graph, 'MATCH ()-[r:LIKES]->() RETURN r.stars AS w ORDER BY w'), [
      { w: 2.5 },
      { w: 7 },
      { w: null },
    ]);
    for (const [line, says] of [
      ['a\tLIKES\tb\t0', /bad\.tsv:2: stars is "0", a number above 0 expected/],
      ['a\tLIKES\tb\tmuch', /bad\.tsv:2: stars is "much", a number above 0 expected/],
      ['a\tLIKES\tb', /bad\.tsv:2: 3 columns, 4 .*stars\) expected/],
    ] as const) {
      await write('bad.tsv', `b\tLIKES\ta\t1\n${line}\n`);
      assertFails(
        await cli('import', 'movies', '--triples', 'bad.tsv', '--weight', 'stars'),
        7,
        says,
        /Mend/,
      );
    }
    assertFails(await cli('import', '--links', 'x.tsv', '--weight', 'stars'), 2, /--weight/, /--triples/);
    const triples = ['import', 'movies', '--triples', 'bad.tsv'];
    assertFails(await cli(...triples, '--between', 'a,b'), 2, /--between says how links/, /--links/);
    assertFails(await cli(...triples, '--links', 'x.tsv'), 2, /--links and --triples cannot/, /nodes/);
    await run(held.graph, 'MATCH ()-[r:LIKES {stars: 7}]->() SET r.stars = -7');
    await write('kgmentor.json', { sources: { movies: { nodes, relations: { weight: 'stars' } } } });
    assertFails(await cli('sources'), 7, /1 relationship .* LIKES\.stars = -7\.$/, /above 0/);
  });

  it('proposes a configuration, and overwrites none', async () => {
    await wipe(held.graph);
    await run(held.graph, "CREATE (:Movie {id: 'a', title: 'A'})-[:NEXT]->(:Movie {id: 'b', title: 'B'})");
    assertFails(await cli('init'), 2, /kgmentor\.json exists already/, /--force/);
    const { code, stderr } = await cli('init', '--force');
    assert.equal(code, 0, stderr);
    const written = JSON.parse(await readFile(path.join(folder, 'kgmentor.json'), 'utf8'));
    assert.equal(written.$schema, './node_modules/kgmentor/kgmentor.schema.json');
    assert.deepEqual(written.sources, { movie: { nodes: [{ label: 'Movie', key: 'id', name: 'title' }] } });
    const read = await cli('sources', '--json');
    assert.deepEqual(JSON.parse(read.stdout).sources, [
      { source: 'movie', entities: 2, triples: 1, relations: 1 },
    ]);
  });

  it('proposes the confidence of links where all are one', async () => {
    await wipe(held.graph);
    const link = (properties: string) =>
      run(
        held.graph,
        `MERGE (a:Movie {id: 'a'}) MERGE (b:Book {id: 'b'}) CREATE (a)-[r:SAME_AS]->(b) SET r = ${properties}`,
      );
    const proposed = async () => JSON.parse((await cli('init', '--dry-run', '--json')).stdout).alignments;
    await link("{score: 0.5, rank: 0.5, note: 'x'}");
    await link('{score: 1}');
    assert.deepEqual(await proposed(), [{ relationship: 'SAME_AS', confidence: 'score' }]);
    await link('{score: 2}');
    assert.deepEqual(await proposed(), [{ relationship: 'SAME_AS' }]);
    await link('{confidence: 0.5}');
    await link("{confidence: 'high'}");
    assert.deepEqual(await proposed(), [{ relationship: 'SAME_AS' }]);
  });
});
