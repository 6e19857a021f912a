import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Config } from '../config.js';
import { readBookmark } from '../graph/bookmark.js';
import type { Graph } from '../graph/connect.js';
import { type Counts, type Ends, readCounts } from '../graph/counts.js';
import type { Graphs } from '../graph/graphs.js';
import { readPublishedModel } from '../graph/publishedModel.js';
import { listRuns } from '../graph/runs.js';
import { readStudentInput, studentDigest } from '../studentInput.js';
import { type FoundRun, listRunFolders } from '../train/runs.js';
import { readCheckState, writeCheckState } from './checkState.js';

/** Whether a target is to be retrained, and how that was found. */
export interface Check {
  readonly target: string;
  readonly retrain: boolean;
  /** Which step decided; `none` where nothing had to be looked at, as the target was never trained. */
  readonly step: 'none' | 'bookmark' | 'counts' | 'digest';
  /** One sentence for people. */
  readonly why: string;
  readonly seconds: number;
}

export interface CheckOptions {
  readonly config: Config;
  /** Opens connections; the check closes them. */
  readonly graphs: (purpose: 'read') => Promise<Graphs>;
  readonly target: string;
  /** Run id of the teacher, whose own links are data as well; the newest finished one where absent. */
  readonly teacher?: string;
}

/**
 * Whether the data of a target have changed since a student was last trained for them and judged by the gate, in three
 * steps of rising cost: the databases' bookmarks, which every commit changes; the count stores; a digest of the
 * sources and links that the student would be trained on, in whichever order they come, taken while reading them.
 * Vectors and own nodes are no part of the digest, so what kgmentor writes back is no change. Reads only.
 *
 * @throws KgmentorError UNREACHABLE, and as reading does
 * @example
 * const { retrain, step, why } = await checkTarget({ config, target: 'films', graphs });
 */
export async function checkTarget({ config, graphs, target, teacher }: CheckOptions): Promise<Check> {
  const start = Date.now();
  const connections = await graphs('read');
  try {
    const found = await findChange(config, connections, target, teacher);
    return { target, ...found, seconds: (Date.now() - start) / 1000 };
  } finally {
    await connections.close();
  }
}

async function findChange(
  config: Config,
  connections: Graphs,
  target: string,
  wanted?: string,
): Promise<Pick<Check, 'retrain' | 'step' | 'why'>> {
  const { runs } = config;
  const trained = await trainedDigest(connections.of(target), target);
  if (trained === undefined)
    return { retrain: true, step: 'none', why: 'no student of it was judged or published yet' };
  const teacher = listRunFolders(runs).findLast(
    ({ record }) =>
      record.kind === 'teacher' && record.status === 'done' && (wanted ?? record.id) === record.id,
  );
  const about = aboutOf(config, teacher);
  const last = readCheckState(runs, target);
  const state = last?.about === about ? last : undefined;
  // Before anything is read: what is committed meanwhile shows at the next check.
  const marks = await marksOf(config, connections);
  if (state && isSame(marks, state.marks)) {
    const retrain = state.digest !== trained;
    const why = retrain
      ? 'the change that an earlier check found is not trained yet, and nothing was committed since'
      : `nothing was committed since ${state.at}`;
    return { retrain, step: 'bookmark', why };
  }
  const counts = await readCounts(connections.of, config);
  const counted = state?.digest === trained ? countedChange(state.counts, counts, target) : undefined;
  if (state && counted) {
    // Told once: not every node of another source is among what a student is trained on.
    writeCheckState(runs, target, { ...state, counts });
    return { retrain: true, step: 'counts', why: counted };
  }
  const { input } = await readStudentInput({
    ...{ config, target, teacher: teacher?.folder, fed: false },
    graphs: async () => connections,
  });
  const digest = studentDigest(input);
  writeCheckState(runs, target, { about, marks, counts, digest, at: new Date().toISOString() });
  return digest === trained
    ? { retrain: false, step: 'digest', why: 'what was committed changes no fact, entity or link' }
    : { retrain: true, step: 'digest', why: 'facts, entities or links have changed' };
}

/** Digest of the data of the last student that was judged or published. */
export async function trainedDigest(graph: Graph, target: string): Promise<string | undefined> {
  const [last] = await listRuns(graph, { source: target });
  return last?.dataDigest ?? (await readPublishedModel(graph, target))?.dataDigest;
}

function aboutOf({ sources, alignments, heldOut, teacher, student }: Config, found?: FoundRun): string {
  const parts = [sources, alignments, heldOut, teacher.linkThreshold, student.hops, found?.record.id];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function marksOf(config: Config, connections: Graphs): Promise<Record<string, string>> {
  const marks: Record<string, string> = {};
  for (const graph of new Set(Object.keys(config.sources).map(connections.of)))
    marks[`${graph.uri} ${graph.database}`] = await readBookmark(graph);
  for (const one of config.alignments)
    if ('file' in one) {
      const found = statSync(one.file, { throwIfNoEntry: false });
      marks[one.file] = found ? `${found.mtimeMs} ${found.size}` : 'gone';
    }
  return marks;
}

const isSame = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, mark]) => mark !== '' && mark === b[name]);

/**
 * What counts alone prove: other numbers of nodes; links or facts of the target that have changed in number on both of
 * their sides. Relationships that leave a source change one side, and are for the digest to judge.
 */
function countedChange(before: Counts, now: Counts, target: string): string | undefined {
  for (const [name, { nodes }] of Object.entries(now.sources))
    if (nodes !== before.sources[name].nodes)
      return `${name} has ${nodes} nodes, ${before.sources[name].nodes} at the last check`;
  const [facts, were] = [now.sources[target], before.sources[target]];
  if (isOther(facts, were))
    return `${facts.outgoing} relationships begin at nodes of ${target}, ${were.outgoing} at the last check`;
  for (const [type, ends] of Object.entries(now.links))
    if (isOther(ends, before.links[type]))
      return `there are ${ends.outgoing} links ${type}, ${before.links[type].outgoing} at the last check`;
  return undefined;
}

const isOther = (a: Ends, b: Ends): boolean => a.outgoing !== b.outgoing && a.incoming !== b.incoming;
