/** Nodes of one label as rows: the key, then the properties in their order; an empty cell is no property. */
export interface NodeTable {
  readonly label: string;
  readonly key: string;
  readonly properties: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Relationships between two labels as rows: head key, type, tail key. */
export interface RelationshipTable {
  readonly from: string;
  readonly to: string;
  readonly rows: readonly (readonly [head: string, type: string, tail: string])[];
}

/** A natural graph as it is imported: nothing in it knows of kgmentor. */
export interface DemoGraph {
  readonly source: string;
  readonly nodes: readonly NodeTable[];
  readonly relationships: readonly RelationshipTable[];
}

/** Rows without repeats and in the order of their cells, so that a second import sends the same. */
export function sortedOnce<T extends readonly string[]>(rows: Iterable<T>): T[] {
  const once = new Map<string, T>();
  for (const row of rows) once.set(row.join('\t'), row);
  return [...once.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Names of codes as Node's own Unicode data tells them in English; the code itself where it has none. */
export function namesOf(type: 'region' | 'language' | 'script' | 'currency'): (code: string) => string {
  const names = new Intl.DisplayNames('en', { type });
  return (code) => {
    try {
      return names.of(code) ?? code;
    } catch {
      return code;
    }
  };
}
