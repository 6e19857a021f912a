import { Forest } from './forest.js';
import { endOrder, straightened, surestFirst } from './linkOrder.js';
import { pickLinks } from './links.js';
import type { Alignments, LinkedClasses } from './types.js';

export interface ClassOptions {
  /** Links under this confidence are soft links. */
  readonly threshold?: number;
  /** Only links between these sources count; all where absent. */
  readonly sources?: readonly number[];
}

/**
 * Connected components of the alignments, so that no class holds two entities of one source: links are taken in the
 * order of their confidence, and one that would join two entities of a source becomes a soft link, as do links under
 * the threshold and links within one source. The order and direction of the links do not matter: the soft links come
 * in canonical order, the earlier source left.
 *
 * @param sizes entities of each source
 * @example
 * const { classOf, count, conflicts } = linkClasses([3, 2], alignments, { threshold: 0.5 });
 */
export function linkClasses(
  sizes: readonly number[],
  alignments: Alignments,
  options: ClassOptions = {},
): LinkedClasses {
  const from = [0];
  for (const size of sizes) from.push((from.at(-1) as number) + size);
  const total = from.at(-1) as number;
  // A confidence lies in a 32-bit float: 0.7 there is a little less than the number 0.7.
  const threshold = Math.fround(options.threshold ?? 0);
  const links = bestFirst(alignments, options.sources);
  const raw = new Forest(total);
  const forest = new Forest(total);
  const held = new HeldSources(sizes, total);
  const soft: number[] = [];
  for (let i = 0; i < links.confidence.length; i++) {
    if (links.confidence[i] < threshold) {
      soft.push(i);
      continue;
    }
    const a = from[links.leftSource[i]] + links.left[i];
    const b = from[links.rightSource[i]] + links.right[i];
    raw.union(a, b);
    const x = forest.find(a);
    const y = forest.find(b);
    if (x === y && a !== b) continue;
    if (held.overlap(x, y)) soft.push(i);
    else held.join(forest.union(x, y), x, y);
  }
  const losers = pickLinks(links, soft);
  return {
    ...numbered(sizes, from, forest),
    conflicts: conflictsOf(sizes, from, raw),
    soft: pickLinks(losers, endOrder(losers)),
  };
}

/** Which sources each class holds, by its root: a bit a source. */
class HeldSources {
  readonly #words: number;
  readonly #bits: Uint32Array;

  constructor(sizes: readonly number[], total: number) {
    this.#words = (sizes.length + 31) >>> 5;
    this.#bits = new Uint32Array(total * this.#words);
    let at = 0;
    for (const [source, size] of sizes.entries())
      for (let i = 0; i < size; i++, at++) this.#bits[at * this.#words + (source >>> 5)] = 1 << (source & 31);
  }

  overlap(x: number, y: number): boolean {
    for (let w = 0; w < this.#words; w++)
      if (this.#bits[x * this.#words + w] & this.#bits[y * this.#words + w]) return true;
    return false;
  }

  join(root: number, x: number, y: number): void {
    for (let w = 0; w < this.#words; w++)
      this.#bits[root * this.#words + w] = this.#bits[x * this.#words + w] | this.#bits[y * this.#words + w];
  }
}

/** Classes in the order of their first members. */
function numbered(
  sizes: readonly number[],
  from: readonly number[],
  forest: Forest,
): Pick<LinkedClasses, 'classOf' | 'count'> {
  const classIds = new Int32Array(from.at(-1) as number).fill(-1);
  let count = 0;
  const classOf = sizes.map((size, source) => {
    const classes = new Int32Array(size);
    for (let entity = 0; entity < size; entity++) {
      const root = forest.find(from[source] + entity);
      if (classIds[root] < 0) classIds[root] = count++;
      classes[entity] = classIds[root];
    }
    return classes;
  });
  return { classOf, count };
}

/** The links between the chosen sources, the earlier end left, highest confidence first, ties by their ends. */
function bestFirst(alignments: Alignments, sources?: readonly number[]): Alignments {
  const { leftSource, rightSource } = alignments;
  const chosen: number[] = [];
  if (sources)
    for (let i = 0; i < leftSource.length; i++)
      if (sources.includes(leftSource[i]) && sources.includes(rightSource[i])) chosen.push(i);
  const links = straightened(sources ? pickLinks(alignments, chosen) : alignments);
  return pickLinks(links, surestFirst(links.confidence, endOrder(links)));
}

/** Components that hold two entities of one source. */
function conflictsOf(sizes: readonly number[], from: readonly number[], raw: Forest): number {
  const found = new Set<number>();
  const last = new Int32Array(from.at(-1) as number).fill(-1);
  for (const [source, size] of sizes.entries())
    for (let entity = 0; entity < size; entity++) {
      const root = raw.find(from[source] + entity);
      if (last[root] === source) found.add(root);
      last[root] = source;
    }
  return found.size;
}
