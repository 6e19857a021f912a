/** A key value as the database holds it. Integers beyond 2^53 travel as bigint. */
export type KeyValue = string | number | bigint | boolean;

/**
 * The canonical key of a node: its label and key values as JSON, so that equal keys are equal strings and the
 * order of keys does not depend on the server. Bigints are written as `{"int":"…"}`.
 *
 * @example
 * entityKey('Movie', ['The Matrix', 1999]); // '["Movie","The Matrix",1999]'
 */
export const entityKey = (label: string, values: readonly KeyValue[]): string =>
  keyStart(label) + keyRest(values);

/** What the canonical keys of a label begin with; no other label's begin so. */
export const keyStart = (label: string): string => `${JSON.stringify([label]).slice(0, -1)},`;

/** What follows {@link keyStart} in a canonical key. @param values at least one */
export function keyRest(values: readonly KeyValue[]): string {
  let rest = keyPart(values[0]);
  for (let i = 1; i < values.length; i++) rest += `,${keyPart(values[i])}`;
  return `${rest}]`;
}

const keyPart = (value: KeyValue): string =>
  typeof value === 'number'
    ? String(value)
    : JSON.stringify(typeof value === 'bigint' ? { int: value.toString() } : value);

/** The label and key values of a canonical key; the inverse of {@link entityKey}. */
export function parseEntityKey(key: string): { label: string; values: KeyValue[] } {
  const [label, ...values] = JSON.parse(key) as [string, ...(KeyValue | { int: string })[]];
  return { label, values: values.map((v) => (typeof v === 'object' ? BigInt(v.int) : v)) };
}

/**
 * A key as files name it: the value itself, or a JSON list where the key is composite.
 *
 * @example
 * keyText(['f1']); // 'f1'
 * keyText(['The Matrix', 1999]); // '["The Matrix",1999]'
 */
export function keyText(values: readonly KeyValue[]): string {
  if (values.length === 1) return String(values[0]);
  // JSON.stringify refuses bigints.
  return `[${values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))).join()}]`;
}

/** A composite key's text as written by whatever program, without its spaces and needless escapes. */
export function plainKeyText(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => {
    if (!part.startsWith('"')) return '';
    try {
      return JSON.stringify(JSON.parse(part));
    } catch {
      return part;
    }
  });
}

/** Order by code unit, the same on every machine and locale. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
