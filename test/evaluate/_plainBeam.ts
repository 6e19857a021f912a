/**
 * Beam search one hop after the other, one way at a time.
 *
 * @param answers probability of each entity as an answer to (entity, relation, ?)
 * @returns log-probability of each entity at the end of the path
 */
export function plainBeam(
  answers: (entity: number, relation: number) => readonly number[],
  from: number,
  path: readonly number[],
  width: number,
  merge: 'sum' | 'max' = 'sum',
): number[] {
  let found = answers(from, path[0]);
  for (const relation of path.slice(1)) {
    const before = found;
    const beam = [...before.keys()].sort((a, b) => before[b] - before[a]).slice(0, width);
    const next = beam.map((e) => answers(e, relation).map((p) => before[e] * p));
    found = before.map((_, to) => {
      const ways = next.map((one) => one[to]);
      return merge === 'max' ? Math.max(...ways) : ways.reduce((a, b) => a + b);
    });
  }
  return found.map(Math.log);
}
