import { UNKNOWN, type WalkStart, type Walks } from './walks.js';

/** What walks are like, to be printed. */
export interface WalkStatistics {
  readonly walks: number;
  /** Steps, without the one that each walk began with. */
  readonly steps: number;
  /**
   * Share of steps over an edge that shares no source with the last one, among those whose last edge's sources are known;
   * absent where the graph names no sources.
   */
  readonly crossing?: number;
  /** Share of steps to an entity that the walk has met before. */
  readonly repeated: number;
  /** Mean of the different entities of a walk, its first two included. */
  readonly distinct: number;
}

/**
 * @param start what the walks began with
 * @example
 * walkStatistics(start, walks).repeated; // 0 where no walk meets an entity twice
 */
export function walkStatistics(start: WalkStart, walks: Walks): WalkStatistics {
  const { n, hops, entity, mask } = walks;
  let [crossing, judged, repeated, distinct] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const met = new Set([start.before[i], start.at[i]]);
    let last = start.mask ? start.mask[i] : UNKNOWN;
    for (let k = i; k < hops * n; k += n) {
      if (met.has(entity[k])) repeated++;
      met.add(entity[k]);
      if (!mask) continue;
      if (last !== UNKNOWN) {
        judged++;
        if (!(mask[k] & last)) crossing++;
      }
      last = mask[k];
    }
    distinct += met.size;
  }
  const steps = hops * n;
  return {
    walks: n,
    steps,
    ...(mask && { crossing: judged && crossing / judged }),
    repeated: steps && repeated / steps,
    distinct: n && distinct / n,
  };
}
