import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { KgmentorError } from '../errors.js';
import { calibrate } from '../kg/calibrate.js';
import { checkDataset } from '../kg/check.js';
import { chooseLinks, judgeLinks } from '../kg/chooseLinks.js';
import { datasetDigest } from '../kg/digest.js';
import { GROW_KEY, type GrowOptions, growByStructure, LEAST_JUDGED } from '../kg/growStructure.js';
import { type LinkPrecision, linkPrecision } from '../kg/linkPrecision.js';
import { splitLinks } from '../kg/linkSample.js';
import { concatLinks } from '../kg/links.js';
import { nameLinks, resolveLinks, withLinks } from '../kg/namedLinks.js';
import type { Alignments, Dataset } from '../kg/types.js';
import { readRecord, writeRecord } from './folder.js';
import { type GrowRound, type GrowSettings, readGrowState, writeGrowState } from './growState.js';
import { files } from './job.js';
import { readLinkFile, writeLinks } from './linkFiles.js';
import { type PretrainInput, pretrain } from './pretrain.js';
import { proposeByVectors } from './proposeByVectors.js';
import { type RunOptions, type RunOutcome, resumeRun } from './runFolder.js';

export interface GrowOutcome extends RunOutcome {
  readonly rounds: readonly GrowRound[];
  /** Links that were added. */
  readonly links: number;
  /** By the withheld links, where there are any. */
  readonly judged?: LinkPrecision;
}

/** Share of the links that only the last training sees, to learn before it what the nearness of vectors is worth. */
const VALIDATION = 0.1;

/**
 * Pre-trains a teacher where links are few: proposes links, adds those that are sure enough, and trains. Structure
 * proposes in every round (`growByStructure`); from the second one on so do the vectors of the round before
 * (`proposeByVectors`). What scores are worth is learnt on links that the proposer has not seen. Each round begins with
 * the vectors of the one before. The added links lie in `links.tsv`, and retraining takes them along.
 *
 * @throws KgmentorError as `pretrain`; BAD_DATA when an interrupted run is to go on with another graph, USAGE
 *   with other held-out facts
 * @example
 * const { links, judged } = await growLinks({ dataset, withheld, settings, folder, id }, { rounds: 2, precision: 0.9 });
 */
export async function growLinks(
  input: PretrainInput,
  settings: GrowSettings,
  options: RunOptions = {},
): Promise<GrowOutcome> {
  checkDataset(input.dataset);
  // Links are between two sources: of one alone the first training is the last.
  const { length: sources } = teacherDataset(input).sources;
  const possible = sources > 1 ? settings : { ...settings, rounds: 1 };
  begin(input, possible, options.resume ?? false);
  try {
    return await grow(input, possible, options);
  } catch (error) {
    const stopped = error instanceof KgmentorError && error.code === 'INTERRUPTED';
    writeRecord(input.folder, { ...readRecord(input.folder), status: stopped ? 'interrupted' : 'failed' });
    throw error;
  }
}

async function grow(
  input: PretrainInput,
  { rounds, precision }: GrowSettings,
  options: RunOptions,
): Promise<GrowOutcome> {
  const dataset = teacherDataset(input);
  const { chosen: validation, rest } = splitLinks(dataset, {
    share: rounds > 1 ? VALIDATION : 0,
    purpose: 'validation',
    key: GROW_KEY,
  });
  const growing: GrowOptions = { precision, linkThreshold: input.settings.linkThreshold, key: GROW_KEY };
  let earlier: string | undefined;
  for (let round = 1; ; round++) {
    const some: Dataset = { ...dataset, alignments: rest };
    const known = round < rounds ? some : dataset;
    if (readGrowState(input.folder).done.length < round) {
      const near = earlier
        ? await nearLinks(earlier, withGrown(some, input.folder), validation, { ...options, ...growing })
        : concatLinks([]);
      const before = resolveLinks(dataset.sources, readLinkFile(input.folder, 'grown'));
      const grown = concatLinks([before, near]);
      const found = growByStructure(known, growing, grown);
      writeLinks(input.folder, 'grown', nameLinks(dataset.sources, concatLinks([grown, found])));
      keepRound(input.folder, { byVectors: near.left.length, byStructure: found.left.length }, options);
    }
    const { byVectors, byStructure } = readGrowState(input.folder).done[round - 1];
    const last = round >= rounds || (round > 1 && byVectors + byStructure === 0);
    const folder = last ? input.folder : join(input.folder, `round-${round}`);
    const base = last
      ? input.dataset
      : {
          ...input.dataset,
          alignments: resolveLinks(input.dataset.sources, nameLinks(dataset.sources, rest)),
        };
    const outcome = await train(
      {
        ...input,
        dataset: withGrown(base, input.folder),
        folder,
        from: earlier ?? input.from,
        ...(!last && { id: `${input.id}-round-${round}` }),
      },
      options,
    );
    if (last) return outcomeOf(input, dataset, outcome);
    earlier = folder;
  }
}

/** What the teacher learns from: its sources with the facts that it trains on and the links between them. */
function teacherDataset({ dataset, settings, splits }: PretrainInput): Dataset {
  const names = settings.sources ?? dataset.sources.map(({ name }) => name);
  const sources = dataset.sources
    .filter(({ name }) => names.includes(name))
    .map((source) => ({ ...source, triples: splits?.[source.name]?.train ?? source.triples }));
  return {
    sources,
    relations: dataset.relations,
    alignments: resolveLinks(sources, nameLinks(dataset.sources, dataset.alignments)),
  };
}

const withGrown = (dataset: Dataset, folder: string): Dataset =>
  withLinks(dataset, readLinkFile(folder, 'grown'));

/** Links by the vectors of a training that has not seen the validation links; none where these say too little. */
async function nearLinks(
  folder: string,
  dataset: Dataset,
  validation: Alignments,
  options: RunOptions & GrowOptions,
): Promise<Alignments> {
  const proposals = await proposeByVectors(folder, dataset, options);
  const judged = judgeLinks(proposals, validation);
  return judged.length < LEAST_JUDGED
    ? concatLinks([])
    : chooseLinks(proposals, calibrate(judged), options.precision);
}

/** Writes the run's record and state, so that a run that is stopped early is found again. */
function begin(input: PretrainInput, settings: GrowSettings, resume: boolean): void {
  const { folder, id, dataset, heldOut } = input;
  const dataDigest = datasetDigest(dataset);
  if (resume) {
    if (readGrowState(folder).dataDigest !== dataDigest)
      throw new KgmentorError('BAD_DATA', `The graph is not the one that ${folder} was begun with.`, {
        next: 'Growing links goes on only while the graph stays as it is. Begin a new run.',
      });
    // The vectors of an earlier round have seen all but what was held out then.
    if (isDeepStrictEqual(readRecord(folder).heldOut, heldOut)) return;
    throw new KgmentorError('USAGE', `${folder} was begun with other held-out facts or links.`, {
      next: 'Take heldOut back to what it was, or begin a new run.',
    });
  }
  mkdirSync(folder, { recursive: true });
  writeGrowState(folder, { ...settings, dataDigest, done: [] });
  writeRecord(folder, {
    id,
    kind: 'teacher',
    createdAt: new Date().toISOString(),
    status: 'running',
    sources: input.settings.sources ?? dataset.sources.map(({ name }) => name),
    settings: input.settings,
    ...(input.from !== undefined && { from: { folder: input.from, id: readRecord(input.from).id } }),
    dataDigest,
    ...(heldOut && { heldOut }),
    counts: {},
  });
}

function keepRound(folder: string, round: GrowRound, { onEvent }: RunOptions): void {
  const state = readGrowState(folder);
  const done = [...state.done, round];
  writeGrowState(folder, { ...state, done });
  onEvent?.({ type: 'grown', round: done.length, rounds: state.rounds, ...round });
}

/** Trains, or goes on where an earlier call stopped. */
async function train(input: PretrainInput, options: RunOptions): Promise<RunOutcome> {
  const { folder } = input;
  if (!options.resume || !existsSync(join(folder, files.input))) {
    const { resume: _, ...fresh } = options;
    return pretrain(input, fresh);
  }
  const { status, result } = readRecord(folder);
  if (status === 'done') return { folder, result: result as unknown as RunOutcome['result'] };
  return resumeRun(folder, options);
}

function outcomeOf(input: PretrainInput, dataset: Dataset, outcome: RunOutcome): GrowOutcome {
  const { done } = readGrowState(input.folder);
  for (const round of done.keys())
    rmSync(join(input.folder, `round-${round + 1}`), { recursive: true, force: true });
  const added = resolveLinks(dataset.sources, readLinkFile(input.folder, 'grown'));
  const withheld =
    input.withheld && resolveLinks(dataset.sources, nameLinks(input.dataset.sources, input.withheld));
  const sizes = dataset.sources.map(({ entities }) => entities.keys.length);
  return {
    ...outcome,
    rounds: done,
    links: added.left.length,
    ...(withheld &&
      withheld.left.length > 0 && { judged: linkPrecision(sizes, dataset.alignments, withheld, added) }),
  };
}
