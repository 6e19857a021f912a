import type { Config, StudentSettings } from './config.js';
import type { OnEvent } from './events.js';
import { requireSource } from './graph/alignments.js';
import type { ReadReport } from './graph/dataset.js';
import type { Graphs } from './graph/graphs.js';
import type { FeedLayout } from './kg/batchSource.js';
import { datasetDigest } from './kg/digest.js';
import { heldOut as splitsOf } from './train/heldOut.js';
import { readLinkFile } from './train/linkFiles.js';
import { type RetrainInput, refuseGrownFeed } from './train/retrain.js';
import { withAddedLinks } from './train/studentLinks.js';

export interface StudentReading {
  readonly config: Config;
  readonly target: string;
  /** Called once what can be refused without a server is refused; closed after the reading, unless fed. */
  readonly graphs: () => Promise<Graphs>;
  /** The teacher's run folder; without one nothing is distilled. */
  readonly teacher?: string;
  /** The configuration's where absent. */
  readonly settings?: StudentSettings;
  /** Batches are to come from the graph while training. */
  readonly fed?: boolean;
  /** Links are to be grown, for which the other sources are read whole. */
  readonly grow?: { readonly precision: number };
  /** Says which earlier student's run it goes on from, asked after the reading. */
  readonly earlier?: (graphs: Graphs) => Promise<string | undefined>;
  readonly onEvent?: OnEvent;
}

/**
 * Reads what a student is trained on: its target whole, and of the other sources the linked subgraph around it.
 *
 * @throws KgmentorError as `readDataset`; USAGE where a feed cannot give what is asked
 * @example
 * const { input } = await readStudentInput({ config, target: 'films', graphs: async () => graphs });
 * await retrain({ ...input, folder, id });
 */
export async function readStudentInput({
  config,
  target,
  graphs,
  teacher,
  settings = config.student,
  fed = config.feed === 'cypher',
  grow,
  earlier,
  onEvent,
}: StudentReading): Promise<{ input: Omit<RetrainInput, 'folder' | 'id'>; report: ReadReport }> {
  requireSource(config, target);
  if (grow && fed) refuseGrownFeed();
  const { readDataset } = await import('./graph/dataset.js');
  const { neighbourFeed, refuseValues } = await import('./graph/neighbours.js');
  const { linkThreshold } = config.teacher;
  if (fed) refuseValues(config, settings.background > 0 ? Object.keys(config.sources) : [target]);
  const connections = await graphs();
  const { dataset, report, ids, degrees, means, withheld } = await readDataset(connections.of, config, {
    // What links are grown by lies outside of the linked subgraph.
    ...(!grow && { around: { target, hops: settings.hops, linkThreshold } }),
    links: teacher ? readLinkFile(teacher, 'grown') : [],
    onEvent,
  });
  const from = await earlier?.(connections);
  if (!fed) await connections.close();
  const { heldOut, evaluation } = config;
  const split = splitsOf(dataset, heldOut)[target];
  const links = { withheld, linkThreshold, grow };
  const feed = (layout: FeedLayout) => neighbourFeed(connections.of, config, layout, { ids, degrees, means });
  return {
    input: {
      ...{ dataset, ...links, target, split, heldOut, settings, evaluation, teacher, from },
      ...(fed && { feed }),
    },
    report,
  };
}

/** Digest of all that a student would be trained on: what its run's record will hold as `dataDigest`. */
export const studentDigest = (input: Omit<RetrainInput, 'folder' | 'id'>): string =>
  datasetDigest(withAddedLinks(input).dataset);
