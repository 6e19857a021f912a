/** Ranking figures over queries; shares are in [0, 1]. */
export interface Metrics {
  readonly count: number;
  /** Mean of 1 / rank. */
  readonly mrr: number;
  readonly hits1: number;
  readonly hits3: number;
  readonly hits10: number;
  readonly meanRank: number;
}

/**
 * Figures of ranks; ties at a mean rank count as that rank. Without a query all are 0.
 *
 * @param keep which queries count; all where absent
 * @example
 * metricsOf([1, 2, 10]).hits3; // 2/3
 */
export function metricsOf(ranks: ArrayLike<number>, keep?: (query: number) => boolean): Metrics {
  let count = 0;
  let [reciprocal, hits1, hits3, hits10, sum] = [0, 0, 0, 0, 0];
  for (let i = 0; i < ranks.length; i++) {
    if (keep && !keep(i)) continue;
    const rank = ranks[i];
    count++;
    reciprocal += 1 / rank;
    sum += rank;
    hits1 += Number(rank <= 1);
    hits3 += Number(rank <= 3);
    hits10 += Number(rank <= 10);
  }
  const share = (total: number) => (count === 0 ? 0 : total / count);
  return {
    count,
    mrr: share(reciprocal),
    hits1: share(hits1),
    hits3: share(hits3),
    hits10: share(hits10),
    meanRank: share(sum),
  };
}
