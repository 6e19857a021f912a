import type { Fact } from './_facts.js';

/** The distinct rows at the end of all paths with these relations, sorted, one fact at a time. */
export function plainReach(
  all: readonly Fact[],
  relations: number,
  row: number,
  path: readonly number[],
): number[] {
  if (path.length === 0) return [row];
  const [relation, ...rest] = path;
  const next = all.flatMap(([h, r, t]) => {
    if (r === relation && h === row) return [t];
    return r + relations === relation && t === row ? [h] : [];
  });
  return [...new Set(next.flatMap((to) => plainReach(all, relations, to, rest)))].sort((a, b) => a - b);
}
