/** Edits (insert, delete, replace, swap of neighbours) from one word to another. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** Names as a question offers them: "a" or "b". */
export const anyOf = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name)).join(' or ');

/**
 * The known names closest to a wrong one, best first, at most three.
 *
 * @example
 * nearest('Moive', ['Movie', 'Person']); // ['Movie']
 */
export function nearest(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  return known
    .map((other) => ({ other, edits: distance(wanted.slice(0, 200), other.toLowerCase().slice(0, 200)) }))
    .filter(({ other, edits }) => edits <= Math.max(2, Math.min(name.length, other.length) / 3))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ other }) => other);
}
