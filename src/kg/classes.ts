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
 * order of their confidence, and one that would join two entities of a source becomes a soft link.
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
  const { threshold = 0, sources } = options;
  const from = [0];
  for (const size of sizes) from.push((from.at(-1) as number) + size);
  const total = from.at(-1) as number;
  const { leftSource, left, rightSource, right, confidence } = alignments;
  const chosen = [...left.keys()].filter(
    (i) => !sources || (sources.includes(leftSource[i]) && sources.includes(rightSource[i])),
  );
  const strong = chosen.filter((i) => confidence[i] >= threshold && leftSource[i] !== rightSource[i]);
  const soft = new Set(chosen.filter((i) => confidence[i] < threshold || leftSource[i] === rightSource[i]));
  strong.sort(
    (a, b) =>
      confidence[b] - confidence[a] ||
      leftSource[a] - leftSource[b] ||
      left[a] - left[b] ||
      rightSource[a] - rightSource[b] ||
      right[a] - right[b],
  );
  const raw = new Forest(total);
  const forest = new Forest(total);
  /** Root → which sources its class holds; absent for a class of one. */
  const held = new Map<number, Set<number>>();
  const sourcesOf = (source: number, root: number) => held.get(root) ?? new Set([source]);
  for (const i of strong) {
    const a = from[leftSource[i]] + left[i];
    const b = from[rightSource[i]] + right[i];
    raw.union(a, b);
    const [x, y] = [forest.find(a), forest.find(b)];
    if (x === y) continue;
    const mine = sourcesOf(leftSource[i], x);
    const other = sourcesOf(rightSource[i], y);
    if ([...other].some((source) => mine.has(source))) {
      soft.add(i);
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
  const kept = [...soft].sort((a, b) => a - b);
  const column = (values: Int32Array) => Int32Array.from(kept, (i) => values[i]);
  return {
    classOf,
    count,
    conflicts: conflictsOf(sizes, from, raw),
    soft: {
      leftSource: column(leftSource),
      left: column(left),
      rightSource: column(rightSource),
      right: column(right),
      confidence: Float32Array.from(kept, (i) => confidence[i]),
    },
  };
}

/** Components that hold two entities of one source. */
function conflictsOf(sizes: readonly number[], from: readonly number[], raw: Forest): number {
  const found = new Set<number>();
  for (const [source, size] of sizes.entries()) {
    const seen = new Set<number>();
    for (let entity = 0; entity < size; entity++) {
      const root = raw.find(from[source] + entity);
      if (seen.has(root)) found.add(root);
      seen.add(root);
    }
  }
  return found.size;
}
