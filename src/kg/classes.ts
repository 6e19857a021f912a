import { pickLinks } from './links.js';
import type { Alignments, LinkedClasses } from './types.js';

export interface ClassOptions {
  /** Links under this confidence are soft links. */
  readonly threshold?: number;
  /** Only links between these sources count; all where absent. */
  readonly sources?: readonly number[];
}

/** Union-find with path halving. */
class Forest {
  readonly parent: Int32Array;

  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  find(i: number): number {
    const { parent } = this;
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /** The smaller root stays: the result does not depend on the order of unions. */
  union(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    this.parent[Math.max(x, y)] = Math.min(x, y);
  }
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
  const links = bestFirst(alignments, from, options.sources);
  const raw = new Forest(total);
  const forest = new Forest(total);
  /** Root → which sources its class holds; absent for a class of one. */
  const held = new Map<number, Set<number>>();
  const soft: number[] = [];
  for (const [i, confidence] of links.confidence.entries()) {
    if (confidence < threshold) {
      soft.push(i);
      continue;
    }
    const a = from[links.leftSource[i]] + links.left[i];
    const b = from[links.rightSource[i]] + links.right[i];
    raw.union(a, b);
    const [x, y] = [forest.find(a), forest.find(b)];
    if (x === y && a !== b) continue;
    const mine = held.get(x) ?? new Set([links.leftSource[i]]);
    const other = held.get(y) ?? new Set([links.rightSource[i]]);
    if ([...other].some((source) => mine.has(source))) {
      soft.push(i);
      continue;
    }
    forest.union(x, y);
    held.delete(x);
    held.delete(y);
    held.set(forest.find(x), new Set([...mine, ...other]));
  }
  const classIds = new Int32Array(total).fill(-1);
  let count = 0;
  const classOf = sizes.map((size, source) =>
    Int32Array.from({ length: size }, (_, entity) => {
      const root = forest.find(from[source] + entity);
      if (classIds[root] < 0) classIds[root] = count++;
      return classIds[root];
    }),
  );
  return {
    classOf,
    count,
    conflicts: conflictsOf(sizes, from, raw),
    soft: pickLinks(links, soft.sort(byPlace(links))),
  };
}

/** The order of links by their ends, equal ones by confidence. */
const byPlace =
  ({ leftSource, left, rightSource, right, confidence }: Alignments) =>
  (a: number, b: number): number =>
    leftSource[a] - leftSource[b] ||
    left[a] - left[b] ||
    rightSource[a] - rightSource[b] ||
    right[a] - right[b] ||
    confidence[b] - confidence[a];

/** The links between the chosen sources, the earlier end left, highest confidence first, ties by their ends. */
function bestFirst(
  { leftSource, left, rightSource, right, confidence }: Alignments,
  from: readonly number[],
  sources?: readonly number[],
): Alignments {
  const counts = from.map((_, source) => !sources || sources.includes(source));
  const rows: number[] = [];
  for (let i = 0; i < confidence.length; i++)
    if (counts[leftSource[i]] && counts[rightSource[i]]) rows.push(i);
  const isTurned = (i: number) => from[leftSource[i]] + left[i] > from[rightSource[i]] + right[i];
  const end = (straight: Int32Array, turned: Int32Array) =>
    Int32Array.from(rows, (i) => (isTurned(i) ? turned : straight)[i]);
  const links = {
    leftSource: end(leftSource, rightSource),
    left: end(left, right),
    rightSource: end(rightSource, leftSource),
    right: end(right, left),
    confidence: Float32Array.from(rows, (i) => confidence[i]),
  };
  const place = byPlace(links);
  const order = Int32Array.from(rows, (_, i) => i).sort(
    (a, b) => links.confidence[b] - links.confidence[a] || place(a, b),
  );
  return pickLinks(links, order);
}

/** Components that hold two entities of one source. */
function conflictsOf(sizes: readonly number[], from: readonly number[], raw: Forest): number {
  const found = new Set<number>();
  const last = new Int32Array(raw.parent.length).fill(-1);
  for (const [source, size] of sizes.entries())
    for (let entity = 0; entity < size; entity++) {
      const root = raw.find(from[source] + entity);
      if (last[root] === source) found.add(root);
      last[root] = source;
    }
  return found.size;
}
