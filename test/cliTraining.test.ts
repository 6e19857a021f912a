import './_here.js';
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../src/config.js';
import { readTensors } from '../src/model/safetensors.js';
import { type CliOptions, interrupt, kgmentor } from './_cli.js';
import { run, useGraph } from './_neo4j.js';

const N = 30;
const held = useGraph();
let folder: string;

/** Two sources of one ring each: relation r leads from i to i + r + 1. The second one lacks each fifth fact. */
const triples = (prefix: string, share: (i: number) => boolean) =>
  Array.from({ length: 3 * N }, (_, i) => {
    const r = Math.floor(i / N);
    return [`${prefix}${i % N}`, `r${r}`, `${prefix}${(i + r + 1) % N}`];
  })
    .filter((_, i) => share(i))
    .map((row) => `${row.join('\t')}\n`)
    .join('');

const configOf = (runs: string, epochs = 2): ConfigInput => ({
  sources: {
    films: { nodes: [{ label: 'Film', key: 'id', name: 'title' }] },
    books: { nodes: [{ label: 'Book', key: 'id' }] },
  },
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.1, test: 0.2 },
  teacher: { dim: 8, epochs, batch: 16, evaluateEvery: 1, patience: 1000 },
  student: { dim: 8, epochs, batch: 16, evaluateEvery: 1, patience: 1000 },
  runs,
});

const cli = (args: string[], options: CliOptions = {}) => kgmentor(args, { cwd: folder, ...options });

/** The one object that a command prints with --json. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli([...args, '--json']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^[^\n]+\n$/);
  return JSON.parse(stdout) as T;
}

const write = (name: string, content: unknown) =>
  writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kgmentor-cli-'));
  await write('kgmentor.json', configOf('runs'));
  await write('films.csv', `id,title\n${Array.from({ length: N }, (_, i) => `f${i},Film ${i}\n`).join('')}`);
  await write(
    'films.tsv',
    triples('f', () => true),
  );
  await write(
    'books.tsv',
    triples('b', (i) => i % 5 !== 0),
  );
  await write('links.tsv', Array.from({ length: N }, (_, i) => `f${i}\tb${i}\n`).join(''));
});
after(() => rm(folder, { recursive: true }));

describe('the way from files to answers', () => {
  it('imports nodes, triples and links; a second time nothing changes', async () => {
    const all = [
      ['import', 'films', '--nodes', 'films.csv', '--triples', 'films.tsv'],
      ['import', 'books', '--triples', 'books.tsv'],
      ['import', '--links', 'links.tsv', '--between', 'films,books'],
    ];
    for (const args of all) {
      const { code, stderr } = await cli(args);
      assert.equal(code, 0, stderr);
    }
    const count = () => run<object>(held.graph, 'MATCH (n) RETURN count(n) AS n, COUNT { ()-->() } AS r');
    const [found] = await count();
    assert.deepEqual(found, { n: 2 * N, r: 3 * N + (3 * N * 4) / 5 + N });
    const again = await json<{ nodesCreated: number; relationshipsCreated: number }>(...all[1]);
    assert.deepEqual([again.nodesCreated, again.relationshipsCreated], [0, 0]);
    assert.deepEqual(await count(), [found]);
  });

  it('counts the sources and what they share', async () => {
    const { sources, links, overlap } = await json<{
      sources: { entities: number }[];
      links: { links: number }[];
      overlap: { links: number }[];
    }>('sources');
    assert.deepEqual(
      sources.map(({ entities }) => entities),
      [N, N],
    );
    assert.deepEqual([links[0].links, overlap[0].links], [N, N]);
    const { stdout, stderr } = await cli(['sources']);
    assert.match(stdout, /^films +30/m);
    assert.match(stderr, /^links by relationship SAME_AS: 30$/m);
  });

  it('tells nothing with --quiet, but warnings', async () => {
    const config = { ...configOf('runs'), alignments: [{ match: { 'films.Film.title': 'books.Book.id' } }] };
    await write('unlinked.json', config);
    const { stderr } = await cli(['sources', '--quiet', '--config', 'unlinked.json']);
    assert.equal(stderr, 'warning: links by films.Film.title = books.Book.id: none\n');
    const linked = await cli(['sources', '--quiet']);
    assert.equal(linked.stderr, '');
  });

  it('reads only in a dry run of the training', async () => {
    const report = await json<{ sources: unknown[] }>('pretrain', '--dry-run');
    assert.equal(report.sources.length, 2);
    assert.deepEqual(await json('runs'), []);
  });

  it('leaves no folder of a training that had nothing to train on', async () => {
    const config = configOf('idle');
    for (const source of Object.values(config.sources)) source.relations = { include: [] };
    await write('idle.json', config);
    for (const args of [['pretrain'], ['retrain', 'books', '--no-teacher']]) {
      const { code, stderr } = await cli([...args, '--config', 'idle.json']);
      assert.equal(code, 5, stderr);
      assert.match(stderr, /no relationship to train on/);
    }
    assert.deepEqual(await readdir(path.join(folder, 'idle')), []);
  });

  it('trains a teacher and a student, and says so on stderr', async () => {
    const { code, stdout, stderr } = await cli(['pretrain', '--json', '--threads', '1']);
    assert.equal(code, 0, stderr);
    const teacher = JSON.parse(stdout) as { id: string; result: { epochs: number } };
    assert.equal(teacher.result.epochs, 2);
    assert.match(
      stderr,
      /^teacher epoch 2\/2: loss [\d.]+, [\d,]+ rows\/s on (the CPU|GPU \d.*), [\d,]+ MB, /m,
    );
    assert.match(stderr, /^teacher validation MRR \d/m);
    const student = await json<{ folder: string; metrics: { tv: { all: { count: number } } } }>(
      'retrain',
      'books',
      '--threads',
      '1',
    );
    assert.ok(student.metrics.tv.all.count > 0);
    const found =
      await json<{ id: string; kind: string; status: string; teacher?: { id: string } }[]>('runs');
    assert.deepEqual(
      found.map(({ kind, status }) => [kind, status]),
      [
        ['teacher', 'done'],
        ['student', 'done'],
      ],
    );
    assert.equal(found[1].teacher?.id, teacher.id);
    const { stdout: table } = await cli(['runs']);
    assert.match(table, /^teacher-\S+ +teacher +done/m);
  });

  it('ranks held-out facts, by the student, its teacher and baselines', async () => {
    type Figures = { metrics: Record<string, { all: { count: number; mrr: number } }> };
    const kept = (await json<{ kind: string; metrics?: Figures['metrics'] }[]>('runs')).at(-1);
    const model = await json<Figures>('evaluate', 'books', '--threads', '1');
    assert.deepEqual(model.metrics.tv.all, kept?.metrics?.tv.all);
    for (const by of ['teacher', 'frequency', 'lookup']) {
      const { metrics } = await json<Figures>('evaluate', 'books', '--by', by);
      assert.equal(metrics.tv.all.count, model.metrics.tv.all.count);
      assert.ok(metrics.tv.all.mrr > 0 && metrics.tv.all.mrr <= 1);
    }
    const { all } = model.metrics.tv;
    const few = await cli(['evaluate', 'books', '--by', 'lookup', '--filter', 'tv', '--most', '2']);
    assert.match(few.stdout, /^tv +all +4 /m);
    assert.match(few.stdout, new RegExp(`^a sample of the ${all.count / 2} held-out facts$`, 'm'));
    const wrong = await cli(['evaluate', 'books', '--filter', 'tw']);
    assert.equal(wrong.code, 2);
    const none = await cli(['evaluate', 'films']);
    assert.equal(none.code, 5);
    assert.match(none.stderr, /no finished student of films/);
  });

  it('answers path queries, by the student and its teacher', async () => {
    type Figures = { count: number; mrr: number };
    type Answer = {
      task: string;
      by: string;
      beam: number;
      metrics: Record<string, Record<'all' | 'copied' | 'notCopied', Figures>>;
    };
    const asked = ['evaluate', 'books', '--task', 'paths', '--threads', '1'];
    for (const by of ['model', 'teacher']) {
      const answer = await json<Answer>(...asked, '--by', by, '--count', '40', '--beam', '4');
      assert.deepEqual([answer.task, answer.by, answer.beam], ['paths', by, 4]);
      assert.deepEqual(Object.keys(answer.metrics), ['2', '3']);
      for (const { all, copied, notCopied } of Object.values(answer.metrics)) {
        assert.equal(all.count, 40);
        assert.equal(copied.count + notCopied.count, 40);
        assert.ok(all.mrr > 0 && all.mrr <= 1);
      }
    }
    const { stdout, stderr } = await cli([...asked, '--hops', '2', '--facts', 'valid', '--count', '10']);
    assert.match(stdout, /^relations +facts +queries +MRR.*\n─.*\n +2 +all +10 /);
    assert.match(stderr, /beam search, 32 wide/);
  });

  it('tells held-out facts from false ones', async () => {
    type Figures = { count: number; accuracy: number; auc: number };
    type Answer = { task: string; without: number; metrics: Record<'all' | 'copied' | 'notCopied', Figures> };
    const asked = ['evaluate', 'books', '--task', 'classification', '--threads', '1'];
    for (const by of ['model', 'teacher']) {
      const { task, metrics } = await json<Answer>(...asked, '--by', by);
      assert.equal(task, 'classification');
      assert.ok(metrics.all.count > 0);
      assert.equal(metrics.copied.count + metrics.notCopied.count, metrics.all.count);
      assert.ok(metrics.all.accuracy >= 0 && metrics.all.auc <= 1);
    }
    const { stdout, stderr } = await cli([...asked, '--facts', 'valid']);
    assert.match(stdout, /^facts +true and false +accuracy.*\n─.*\nall +\d/);
    assert.match(stderr, /fitted on these very facts/);
  });

  it('refuses a task that there is not, and flags of another one', async () => {
    for (const [flags, message] of [
      [['--task', 'path'], /--task path: one of completion, paths, classification, alignment expected/],
      [
        ['--task', 'paths', '--filter', 'tv'],
        /--filter says nothing to the task paths.\n.*--task completion/,
      ],
      [['--seed', '2'], /--seed says nothing to the task completion.\n.*--task paths or classification/],
      [['--task', 'paths', '--by', 'lookup'], /--by lookup: one of model, teacher expected/],
      [['--task', 'paths', '--hops', '2,x'], /--hops x: a whole number of at least 2 expected/],
      [['--most', '0'], /--most 0: a whole number of at least 1 expected/],
      [['--task', 'paths', '--beam', '0'], /--beam 0: a whole number of at least 1 expected/],
    ] as const) {
      const { code, stdout, stderr } = await cli(['evaluate', 'books', ...flags]);
      assert.equal(code, 2, flags.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, message);
    }
  });

  it('publishes the vectors', async () => {
    const dry = await cli(['publish', 'books', '--dry-run']);
    assert.equal(dry.stdout, `Book: ${N} nodes would be written\n`, dry.stderr);
    assert.deepEqual(await run(held.graph, 'MATCH (p:KgPublication) RETURN p'), []);
    const done = await json<{ labels: { label: string; written: number }[] }>('publish', 'books');
    assert.deepEqual(
      done.labels.map(({ label, written }) => [label, written]),
      [['Book', N]],
    );
  });

  it('refuses flags that gainsay each other, targets that are none, and runs of another target', async () => {
    const [{ id }] = (await json<{ id: string; target?: string }[]>('runs')).filter((one) => one.target);
    for (const [args, message] of [
      [['publish', 'books', '--rollback', '--remove'], /--remove and --rollback cannot be together/],
      [['publish', 'books', '--clean', '--gate'], /--clean and --gate cannot be together/],
      [
        ['retrain', 'books', '--teacher', id, '--no-teacher'],
        /--teacher and --no-teacher cannot be together/,
      ],
      [['retrain', 'books', '--run', id], /--run names the run that --resume goes on with/],
      [['retrain', 'films', '--resume', '--run', id], /is a student of books, not of films/],
      [['retrain', 'books', '--resume', '--frozen', 'Book'], /--resume and --frozen cannot be together/],
      [['retrain', 'books', '--plan', '--run', id], /--plan and --run cannot be together/],
      [['pretrain', '--resume', '--grow-links'], /--resume and --grow-links cannot be together/],
      [['pretrain', '--run', id], /--run names the run that --resume goes on with/],
      [['publish', 'boks'], /no source "boks"\.\nDid you mean "books"/],
      [['evaluate', 'boks'], /no source "boks"\.\nDid you mean "books"/],
      [['publish', 'films', '--run', id], /is a student of books, not of films/],
      [['evaluate', 'films', '--run', id], /is a student of books, not of films/],
    ] as const) {
      const { code, stdout, stderr } = await cli([...args]);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, message);
    }
    assert.equal((await run(held.graph, 'MATCH (p:KgPublication) RETURN p')).length, 1);
  });

  it('answers which nodes are similar and which facts are missing', async () => {
    const similar = await json<{ key: string[]; score: number }[]>('similar', 'books', 'b1', '--k', '5');
    assert.equal(similar.length, 5);
    assert.ok(!similar.some(({ key }) => key[0] === 'b1'));
    const scores = similar.map(({ score }) => score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    const known = await run<{ id: string }>(
      held.graph,
      "MATCH (:Book {id: 'b1'})-[:r1]->(t) RETURN t.id AS id",
    );
    const predicted = await json<{ key: string[] }[]>('predict', 'books', 'b1', 'r1', '--k', '29');
    for (const { id } of known) assert.ok(!predicted.some(({ key }) => key[0] === id));
    const none = await cli(['similar', 'books', 'b999']);
    assert.equal(none.code, 5);
    assert.match(none.stderr, /b999/);
  });

  it('finds no fault afterwards, and removes all that it wrote', async () => {
    const findings = await json<{ what: string; ok: boolean }[]>('doctor');
    assert.deepEqual(
      findings.filter(({ ok }) => !ok),
      [],
    );
    assert.ok(findings.some(({ what }) => what === 'publication of books.Book'));
    await json('publish', '--remove');
    assert.deepEqual(
      await run(
        held.graph,
        `MATCH (n) WHERE any(label IN labels(n) WHERE label STARTS WITH 'Kg')
           OR any(name IN keys(n) WHERE name STARTS WITH 'kg')
         RETURN labels(n) AS labels, keys(n) AS keys`,
      ),
      [],
    );
  });
});

describe('a training that is stopped', () => {
  const file = (runs: string, id: string, name: string) => path.join(folder, runs, id, name);
  const only = async (runs: string) => {
    const names = await readdir(path.join(folder, runs));
    assert.equal(names.length, 1);
    return names[0];
  };

  it('by Ctrl-C leaves a checkpoint, from which it ends with the very weights of one that was not', async () => {
    const EPOCHS = 20;
    await write('whole.json', configOf('whole', EPOCHS));
    await write('stopped.json', configOf('stopped', EPOCHS));
    const whole = await cli(['pretrain', '--config', 'whole.json', '--threads', '1']);
    assert.equal(whole.code, 0, whole.stderr);
    let asked = false;
    const stopped = await cli(['pretrain', '--config', 'stopped.json', '--threads', '1', '--json'], {
      onStderr: (text, child) => {
        if (asked || !/epoch \d+\/20/.test(text)) return;
        asked = true;
        interrupt(child);
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    assert.equal(stopped.stdout, '');
    assert.match(stopped.stderr, /^kgmentor: Stopped; the checkpoint is in .*\n.*--resume/m);
    assert.doesNotMatch(stopped.stderr, /\n {4}at /);
    const [a, b] = [await only('whole'), await only('stopped')];
    const record = JSON.parse(await readFile(file('stopped', b, 'run.json'), 'utf8'));
    assert.equal(record.status, 'interrupted');
    assert.doesNotMatch(stopped.stderr, /epoch 20\/20/);
    await cp(path.join(folder, 'stopped'), path.join(folder, 'cut'), { recursive: true });

    const { metadata } = readTensors(file('stopped', b, 'checkpoint.safetensors'));
    const { epoch, step } = JSON.parse(metadata.progress);
    const resumed = await cli([
      'pretrain',
      '--resume',
      '--config',
      'stopped.json',
      '--threads',
      '1',
      '--json',
    ]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(JSON.parse(resumed.stdout).result.epochs, EPOCHS);
    assert.doesNotMatch(resumed.stderr, /epoch 1\/20/);
    const behind = `teacher goes on after epoch ${epoch}${step > 0 ? ` and ${step} steps` : ''}\n`;
    assert.ok(resumed.stderr.includes(behind), resumed.stderr);
    for (const name of ['input.safetensors', 'model.safetensors'])
      assert.ok(
        (await readFile(file('whole', a, name))).equals(await readFile(file('stopped', b, name))),
        name,
      );
  });

  it('with a checkpoint that was cut off says so', async () => {
    await write('cut.json', configOf('cut', 20));
    const id = await only('cut');
    const checkpoint = file('cut', id, 'checkpoint.safetensors');
    const { length } = await readFile(checkpoint);
    for (const size of [length - 10, 100, 0]) {
      await truncate(checkpoint, size);
      const { code, stdout, stderr } = await cli([
        'pretrain',
        '--resume',
        '--config',
        'cut.json',
        '--threads',
        '1',
      ]);
      assert.equal(code, 7, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^kgmentor: .*checkpoint\.safetensors is not a whole safetensors file: .*\.$/m);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it('before its first checkpoint begins anew, and says so', async () => {
    await rm(file('cut', await only('cut'), 'checkpoint.safetensors'));
    const { code, stderr } = await cli(['pretrain', '--resume', '--config', 'cut.json', '--threads', '1']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^teacher begins anew, as no step of it was kept$/m);
    assert.match(stderr, /epoch 1\/20/);
  });

  it('with nothing to go on from says so', async () => {
    await write('none.json', configOf('none'));
    const { code, stderr } = await cli(['pretrain', '--resume', '--config', 'none.json']);
    assert.equal(code, 5);
    assert.match(stderr, /no unfinished teacher/);
  });
});
