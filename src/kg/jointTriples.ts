import { writeSync } from 'node:fs';
import { KgmentorError } from '../errors.js';
import { writeWhole } from '../wholeFile.js';
import { linkClasses } from './classes.js';
import { entityName, spaceless } from './entityNames.js';
import { jointGraph } from './joint.js';
import type { Dataset, Split, Triples } from './types.js';

/** The joint graph with the names that other engines know its rows by. */
export interface NamedTriples {
  /** Row → name; one row a linked class, named by its first member in the order of the sources. */
  readonly names: readonly string[];
  readonly relations: readonly string[];
  readonly triples: Triples;
}

/**
 * The graph that a teacher is trained on, one row a linked class, with names: for engines elsewhere.
 *
 * @param options.splits held-out facts of each source by name; only `train` is taken
 * @param options.sources all where absent
 * @throws KgmentorError BAD_DATA where two names are equal once white space is written as in addresses
 * @example
 * const { names, relations, triples } = jointTriples(dataset, { splits: heldOut(dataset, config.heldOut) });
 */
export function jointTriples(
  dataset: Dataset,
  options: {
    readonly splits?: Readonly<Record<string, Split>>;
    readonly sources?: readonly string[];
    readonly linkThreshold?: number;
  } = {},
): NamedTriples {
  const { splits, linkThreshold: threshold } = options;
  const chosen = [...dataset.sources.keys()].filter(
    (i) => options.sources?.includes(dataset.sources[i].name) ?? true,
  );
  const sizes = dataset.sources.map(({ entities }) => entities.keys.length);
  const { classOf } = linkClasses(sizes, dataset.alignments, { threshold, sources: chosen });
  const sources = chosen.map((i) => dataset.sources[i]);
  const joint = jointGraph(
    sources.map(({ name, entities, triples }) => ({
      name,
      entities: entities.keys.length,
      triples: splits?.[name]?.train ?? triples,
    })),
    chosen.map((i) => classOf[i]),
    dataset.relations.length,
  );
  const names = new Array<string>(joint.rows);
  for (const [s, source] of sources.entries())
    for (const [entity, row] of joint.rowOf[s].entries()) names[row] ??= entityName(source, entity);
  const relations = dataset.relations.map(spaceless);
  for (const [what, list] of [
    ['entities', names],
    ['relations', relations],
  ] as const) {
    const seen = new Set<string>();
    for (const name of list) {
      if (seen.has(name))
        throw new KgmentorError('BAD_DATA', `Two ${what} would be called ${JSON.stringify(name)}.`, {
          next: 'White space is written as %20 and the like in these names: change the one key that holds such a text.',
        });
      seen.add(name);
    }
  }
  return { names, relations, triples: joint.triples };
}

/** Triples at a time: the text of all may be longer than a string can be. */
const SLICE = 4096;

/**
 * Writes triples as lines of head, relation and tail, parted by tabs. The file appears whole or not at all.
 *
 * @example
 * writeTriples('joint.tsv', jointTriples(dataset));
 */
export function writeTriples(path: string, { names, relations, triples }: NamedTriples): void {
  const { head, relation, tail } = triples;
  try {
    writeWhole(path, (file) => {
      for (let from = 0; from < head.length; from += SLICE) {
        let text = '';
        for (let i = from; i < Math.min(from + SLICE, head.length); i++)
          text += `${names[head[i]]}\t${relations[relation[i]]}\t${names[tail[i]]}\n`;
        writeSync(file, text);
      }
    });
  } catch (cause) {
    if (cause instanceof KgmentorError) throw cause;
    throw new KgmentorError('BAD_DATA', `${path} cannot be written: ${(cause as Error).message}.`, {
      next: 'Check the folder and the rights.',
      cause,
    });
  }
}
