/**
 * Two ways of one work in turns, by turns the one and the other first, so that neither has the better moments.
 *
 * @returns what each way gave, by turn
 * @example
 * const turns = await inTurns(7, ['product', 'reference'], (way) => secondsOf(works[way]));
 */
export async function inTurns<Way extends string, Result>(
  turns: number,
  ways: readonly [Way, Way],
  work: (way: Way, turn: number) => Promise<Result>,
): Promise<Record<Way, Result>[]> {
  const done: Record<Way, Result>[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const results = {} as Record<Way, Result>;
    for (const way of turn % 2 === 0 ? ways : ways.toReversed()) results[way] = await work(way, turn);
    done.push(results);
  }
  return done;
}
