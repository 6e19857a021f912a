import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCli } from './_cli.js';
import { useGraph } from './_neo4j.js';
import { importRings, RING, ringConfig, writeRings } from './_rings.js';

describe('a teacher trained elsewhere', () => {
  const held = useGraph();
  let folder: string;
  const run = async (line: string) => {
    const { code, stdout, stderr } = await runCli(line.split(' '), { cwd: folder });
    assert.equal(code, 0, `${line}\n${stderr}`);
    return { stdout, stderr };
  };

  before(async () => {
    assert.ok(held.graph);
    folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-elsewhere-'));
    writeRings(folder);
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(ringConfig));
    for (const line of importRings) await run(line);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has the joint graph to train on, one name a linked class, without held-out facts', async () => {
    await run('export --joint-triples joint.tsv');
    const text = readFileSync(path.join(folder, 'joint.tsv'), 'utf8');
    writeFileSync('/tmp/it/joint-real.tsv', text);
    assert.ok(RING);
  });
});
