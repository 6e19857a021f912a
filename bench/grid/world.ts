import { KgmentorError } from '../../src/errors.js';
import { copiedFacts } from '../../src/evaluate/copied.js';
import type { OnEvent } from '../../src/events.js';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { splitLinks, spoilLinks } from '../../src/kg/linkSample.js';
import type { Alignments, Dataset, Split } from '../../src/kg/types.js';
import { prepareStudent } from '../../src/train/retrain.js';
import { type Dbp5l, LANGUAGES, type Language } from '../dbp5l/data.js';
import { dbp5lConfig, importDbp5l, withDbp5lSplit } from '../dbp5l/graph.js';
import type { Links } from './cell.js';
import { ALL } from './make.js';

/** Links are chosen by this seed alone: each teacher and student of a share has the same ones. */
const LINK_SEED = 1;

/** Sources as a cell sees them, and the links that it does not see. */
export interface Seen {
  readonly dataset: Dataset;
  readonly withheld?: Alignments;
}

export interface TargetData extends Seen {
  readonly split: Split;
}

/** The benchmark as cells see it: imported once, each scope read once. */
export interface World {
  /** Imports what is not there yet, so that no cell's time tells of it. */
  prepare(): Promise<void>;
  teacher(sources: readonly Language[], links: Links): Promise<Seen>;
  /** @param grown whether links will be added, so that more than the linked subgraph is needed */
  target(target: Language, links: Links, grown?: boolean): Promise<TargetData>;
  /** [test facts, in the order of a student's run] whether another language holds the fact, by all links there are. */
  copied(target: Language): Promise<Uint8Array>;
}

/**
 * Opens the benchmark in a database. Nothing is read before it is asked for, and then kept.
 *
 * @example
 * const { dataset, split } = await openWorld(graph, data).target('el', { share: 1, wrong: 0 });
 */
export function openWorld(graph: Graph, data: Dbp5l, onEvent?: OnEvent): World {
  const config = dbp5lConfig();
  const kept = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    if (!kept.has(key)) kept.set(key, work());
    return kept.get(key) as Promise<T>;
  };
  const prepare = async () => void (await once('import', () => importDbp5l(graph, data)));
  const read = async (options: Parameters<typeof readDataset>[2]): Promise<Dataset> => {
    await prepare();
    return (await readDataset(() => graph, config, { ...options, onEvent })).dataset;
  };
  const whole = (sources: readonly Language[]) =>
    once(`whole ${sources.join(' ')}`, () => read({ sources: [...sources] }));
  const around = (target: Language) => once(`around ${target}`, () => read({ around: { target, hops: 0 } }));

  const world: World = {
    prepare,
    teacher: async (sources, links) => withLinks(await whole(sources), links),
    async target(target, links, grown = false) {
      // The linked subgraph by the right links is less than what other ones lead to.
      const more = grown || links.wrong > 0;
      const { dataset, split } = withDbp5lSplit(
        await (more ? whole(LANGUAGES) : around(target)),
        data,
        target,
      );
      return { ...withLinks(dataset, links), split };
    },
    copied: (target) =>
      once(`copied ${target}`, async () => {
        const { dataset, split } = await world.target(target, ALL);
        const settings = config.student;
        const { facts, entities, relations } = prepareStudent({ dataset, target, split, settings });
        return copiedFacts(facts.split.test, facts.background, entities, relations);
      }),
  };
  return world;
}

/** The dataset with the links of a cell: the kept ones, then some of them made wrong. */
function withLinks(dataset: Dataset, { share, wrong }: Links): Seen {
  if (!(share > 0 && share <= 1 && wrong >= 0 && wrong < 1))
    throw new KgmentorError(
      'USAGE',
      `A share ${share} of the links, ${wrong} of them wrong: shares are in (0, 1].`,
    );
  const { chosen, rest } = splitLinks(dataset, { share, purpose: 'kept', key: String(LINK_SEED) });
  const some = { ...dataset, alignments: chosen };
  return {
    dataset: wrong > 0 ? spoilLinks(some, { share: wrong, seed: LINK_SEED }) : some,
    ...(rest.left.length > 0 && { withheld: rest }),
  };
}
