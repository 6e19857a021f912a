import '../_here.js';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Config, type ConfigInput, studentSchema } from '../../src/config.js';
import { ENCODER_FACTS, ENCODER_NAMES, type EncoderName } from '../../src/encoders.js';
import { readDataset } from '../../src/graph/dataset.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { parseEntityKey } from '../../src/kg/keys.js';
import type { Dataset } from '../../src/kg/types.js';
import { tidied } from '../../src/model/backend.js';
import { scoring, signedScores } from '../../src/model/geometry.js';
import { disposeModel, queriesOf, restoreModel } from '../../src/model/model.js';
import { read } from '../../src/model/ops.js';
import { readTensors } from '../../src/model/safetensors.js';
import { publishInputOf } from '../../src/publishRun.js';
import { predict } from '../../src/query/predict.js';
import { similar } from '../../src/query/similar.js';
import { queriesOfRuns } from '../../src/runQueries.js';
import { parseConfig } from '../../src/settings.js';
import { heldOut } from '../../src/train/heldOut.js';
import { files, readJob } from '../../src/train/job.js';
import { retrain } from '../../src/train/retrain.js';
import { shapeOf } from '../../src/train/trainer.js';
import { kgmentor } from '../_cli.js';
import { run, useGraph } from '../_neo4j.js';

const THINGS = 30;
const HUBS = 12;
/** Of triple encoders those that predict.test.ts and paste.test.ts leave out; each one of path encoders. */
const GEOMETRIES: Readonly<Record<EncoderName, 'dot' | 'unit' | 'l2'>> = {
  complex: 'unit',
  distmult: 'unit',
  transe: 'dot',
  rotate: 'dot',
  gru: 'dot',
  lstm: 'unit',
  rsn: 'l2',
  transformer: 'unit',
};
const INPUT: ConfigInput = {
  sources: {
    things: {
      nodes: [
        { label: 'Thing', key: 'id', name: 'name' },
        { label: 'Hub', key: 'id' },
      ],
    },
  },
};

let held: ReturnType<typeof useGraph>;
let home: string;
let config: Config;
let dataset: Dataset;

/** A published student of a few epochs. */
async function publishedStudent(encoder: EncoderName): Promise<string> {
  const id = `student-${encoder}`;
  const { folder } = await retrain(
    {
      dataset,
      target: 'things',
      split: heldOut(dataset, { valid: 0.1, test: 0.1, key: 'a test' }).things,
      settings: studentSchema.parse({
        encoder,
        geometry: GEOMETRIES[encoder],
        dim: 8,
        heads: 2,
        epochs: 4,
        batch: 16,
        ...(ENCODER_FACTS[encoder].kind === 'path' && { learningRate: 0.02, pathLength: 2 }),
      }),
      evaluation: config.evaluation,
      folder: path.join(config.runs, id),
      id,
    },
    { threads: 1 },
  );
  await publish(held.graph, publishInputOf(folder, config, 'things'), { graceSeconds: 0 });
  return folder;
}

interface Scored {
  readonly row: number;
  readonly score: number;
}

const source = () => dataset.sources[0];
const nodeOf = (row: number) => parseEntityKey(source().entities.keys[row]);
const rowOf = (label: string, id: number) =>
  source().entities.keys.findIndex((_, row) => nodeOf(row).label === label && nodeOf(row).values[0] === id);

/** The nodes of a label by what the model in a run folder says of (row, relations, ?). */
function scoredByModel(folder: string, row: number, relations: readonly number[]): number[] {
  const shape = shapeOf(readJob(folder));
  const model = restoreModel(shape, readTensors(path.join(folder, files.model)).tensors);
  const scores = tidied(() => {
    const hops = relations.length;
    const entity = Int32Array.from(relations, (_, hop) => (hop === 0 ? row : -1));
    const queries = queriesOf(model, { size: 1, hops, entity, relation: Int32Array.from(relations) });
    const all = signedScores(scoring(shape.geometry, read(model.entity.value)).all(queries)); // [hops, entities]
    return Array.from(all.dataSync()).slice(-shape.rows);
  });
  disposeModel(model);
  return scores;
}

/** What the graph's facts lead to from a row. */
function known(row: number, relations: readonly number[]): Set<number> {
  const { head, relation, tail } = source().triples;
  const count = dataset.relations.length;
  let at = new Set([row]);
  for (const r of relations) {
    const [from, to] = r < count ? [head, tail] : [tail, head];
    at = new Set([...to].filter((_, i) => relation[i] === r % count && at.has(from[i])));
  }
  return at;
}

/** Answers are the best rows of a label by score, each with its own score. */
function assertBest(
  answers: readonly { key: readonly unknown[]; score: number }[],
  label: string,
  scores: readonly number[],
  leftOut: ReadonlySet<number>,
  k: number,
): void {
  const wanted = scores
    .map((score, row): Scored => ({ row, score }))
    .filter(({ row }) => nodeOf(row).label === label && !leftOut.has(row))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
  assert.ok(wanted.length > 0);
  assert.equal(answers.length, wanted.length);
  const near = (a: number, b: number) =>
    assert.ok(Math.abs(a - b) < 1e-4 * Math.max(1, Math.abs(b)), `${a}, ${b}`);
  for (const [i, { key, score }] of answers.entries()) {
    const row = rowOf(label, Number(key[0]));
    assert.ok(!leftOut.has(row), `${label} ${key[0]} is left out`);
    near(score, scores[row]);
    near(score, wanted[i].score);
  }
}

describe('students of every encoder', () => {
  held = useGraph();
  before(async () => {
    home = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-encoders-'));
    writeFileSync(path.join(home, 'kgmentor.json'), JSON.stringify(INPUT));
    config = { ...parseConfig(INPUT, 'a test'), runs: path.join(home, 'runs') };
    await run(
      held.graph,
      `UNWIND range(0, $things - 1) AS i CREATE (:Thing {id: i, name: 'thing ' + i})
     WITH count(*) AS made UNWIND range(0, $hubs - 1) AS i CREATE (:Hub {id: i})`,
      { things: BigInt(THINGS), hubs: BigInt(HUBS) },
    );
    await run(
      held.graph,
      `MATCH (a:Thing), (b:Thing) WHERE b.id = (a.id + 1) % $things OR b.id = (a.id + 7) % $things
     CREATE (a)-[:NEXT]->(b)`,
      { things: BigInt(THINGS) },
    );
    await run(held.graph, 'MATCH (a:Thing), (h:Hub) WHERE a.id % $hubs = h.id CREATE (a)-[:IN]->(h)', {
      hubs: BigInt(HUBS),
    });
    await migrate(held.graph);
    dataset = (await readDataset(() => held.graph, config)).dataset;
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  for (const encoder of ENCODER_NAMES)
    describe(`a student of ${encoder} with geometry ${GEOMETRIES[encoder]}`, () => {
      let folder: string;
      const isPath = ENCODER_FACTS[encoder].kind === 'path';
      before(async () => {
        folder = await publishedStudent(encoder);
      });

      it('has its exact neighbours as similar nodes', async () => {
        const { entity } = readTensors(path.join(folder, files.model)).tensors;
        const [, dim] = entity.shape;
        const vectors = source().entities.keys.map((_, i) => [...entity.data.slice(i * dim, (i + 1) * dim)]);
        const asked = rowOf('Thing', 3);
        const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
        const q = vectors[asked];
        const scores = vectors.map((e) =>
          GEOMETRIES[encoder] === 'l2'
            ? 1 / (1 + Math.hypot(...e.map((x, i) => x - q[i])) ** 2)
            : (1 + dot(q, e) / Math.sqrt(dot(q, q) * dot(e, e))) / 2,
        );
        const found = await similar(held.graph, { source: 'things', label: 'Thing', key: [3], k: 6 });
        assertBest(found, 'Thing', scores, new Set([asked]), 6);
      });

      it('predicts what its own scores say, without what the graph knows', async () => {
        const queryVector = isPath ? queriesOfRuns(config.runs) : undefined;
        const [inside, next] = ['IN', 'NEXT'].map((name) => dataset.relations.indexOf(name));
        const R = dataset.relations.length;
        const questions = [
          { label: 'Thing', relation: ['NEXT'], direction: 'tail', rows: [next], answers: 'Thing' },
          { label: 'Hub', relation: ['IN'], direction: 'head', rows: [inside + R], answers: 'Thing' },
          ...(isPath
            ? ([
                {
                  label: 'Thing',
                  relation: ['NEXT', 'IN'],
                  direction: 'tail',
                  rows: [next, inside],
                  answers: 'Hub',
                },
                {
                  label: 'Hub',
                  relation: ['NEXT', 'IN'],
                  direction: 'head',
                  rows: [inside + R, next + R],
                  answers: 'Thing',
                },
              ] as const)
            : []),
        ] as const;
        for (const { label, relation, direction, rows, answers } of questions) {
          const asked = rowOf(label, 5);
          const found = await predict(held.graph, {
            source: 'things',
            label,
            key: [5],
            relation,
            direction,
            k: 5,
            queryVector,
          });
          const leftOut = known(asked, rows).add(asked);
          assert.ok(leftOut.size > 1);
          assertBest(found, answers, scoredByModel(folder, asked, rows), leftOut, 5);
        }
      });
    });

  describe('questions on the command line to a path encoder', () => {
    const cli = (...args: string[]) => kgmentor(['predict', 'things', ...args], { cwd: home });

    it('may be paths', async () => {
      const { code, stdout, stderr } = await cli('5', 'NEXT', 'IN', '--k', '4', '--json');
      assert.equal(code, 0, stderr);
      const found = JSON.parse(stdout) as { key: number[]; score: number }[];
      assert.deepEqual(
        found,
        await predict(held.graph, {
          source: 'things',
          label: 'Thing',
          key: [5],
          relation: ['NEXT', 'IN'],
          k: 4,
          queryVector: queriesOfRuns(config.runs),
        }),
      );
    });

    it('say where its run folder is missing, and what to do', async () => {
      rmSync(config.runs, { recursive: true });
      const { code, stderr } = await cli('5', 'NEXT');
      assert.equal(code, 5, stderr);
      assert.match(
        stderr,
        /^kgmentor: The published model student-transformer is of transformer: .*no run in .*runs has it\.$/m,
      );
      assert.match(stderr, /copy its run folder/);
    });
  });
});
