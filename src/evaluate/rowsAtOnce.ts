/** Scores at once: 128 MB of them. */
const SCORES = 2 ** 25;

/** Queries that are scored against all candidates at once, so that memory does not grow with the candidates. */
export const rowsAtOnce = (candidates: number): number =>
  Math.max(16, Math.min(512, Math.floor(SCORES / Math.max(1, candidates))));
