import type { LinkedClasses, SourceGraph } from './types.js';

/**
 * The facts of one source by class: those of class c are `code[start[c]..start[c + 1])`, sorted, each once. A fact's code
 * is (2 · relation + direction) · classes + the class at its other end; direction 0 leads out, 1 leads in.
 */
export interface ClassFacts {
  /** [classes + 1] */
  readonly start: Int32Array;
  readonly code: Float64Array;
}

export function classFacts({ triples }: SourceGraph, classOf: Int32Array, classes: number): ClassFacts {
  const { head, relation, tail } = triples;
  const start = new Int32Array(classes + 1);
  for (const ends of [head, tail]) for (const entity of ends) start[classOf[entity] + 1]++;
  for (let c = 0; c < classes; c++) start[c + 1] += start[c];
  const all = new Float64Array(start[classes]);
  const next = start.slice(0, classes);
  for (let i = 0; i < head.length; i++) {
    const [h, t] = [classOf[head[i]], classOf[tail[i]]];
    all[next[h]++] = 2 * relation[i] * classes + t;
    all[next[t]++] = (2 * relation[i] + 1) * classes + h;
  }
  let n = 0;
  for (let c = 0; c < classes; c++) {
    const mine = all.subarray(start[c], start[c + 1]).sort();
    start[c] = n;
    for (const [i, code] of mine.entries()) if (i === 0 || code !== all[n - 1]) all[n++] = code;
  }
  start[classes] = n;
  return { start, code: all.slice(0, n) };
}

/** The facts of a class that any of several sources tells, sorted, each once. */
export function factsOf(facts: readonly ClassFacts[], c: number): Float64Array {
  const parts = facts
    .map(({ start, code }) => code.subarray(start[c], start[c + 1]))
    .filter((part) => part.length > 0);
  if (parts.length <= 1) return parts[0] ?? new Float64Array(0);
  return Float64Array.from(new Set(parts.flatMap((part) => Array.from(part)))).sort();
}

/** What a fact's code is made of. */
export const sayOf = (code: number, classes: number): number => Math.floor(code / classes);
export const otherEnd = (code: number, classes: number): number => code % classes;

/** [sources] which classes a source holds. */
export const membersOf = ({ classOf, count }: LinkedClasses): Uint8Array[] =>
  classOf.map((column) => {
    const holds = new Uint8Array(count);
    for (const c of column) holds[c] = 1;
    return holds;
  });

/**
 * [2R] of the facts that one source tells of a class which another one holds as well, both ends, how many the other one
 * tells too, by relation and direction: what agreement is worth. Smoothed towards a fourth.
 */
export function agreement(
  facts: readonly ClassFacts[],
  members: readonly Uint8Array[],
  classes: number,
  relations: number,
): Float64Array {
  const both = new Float64Array(2 * relations).fill(1);
  const told = new Float64Array(2 * relations).fill(4);
  for (const [s, { start, code }] of facts.entries())
    for (const [t, other] of facts.entries()) {
      if (s === t) continue;
      for (let c = 0; c < classes; c++) {
        if (!members[t][c] || start[c] === start[c + 1]) continue;
        const known = new Set(other.code.subarray(other.start[c], other.start[c + 1]));
        for (const one of code.subarray(start[c], start[c + 1])) {
          if (!members[t][otherEnd(one, classes)]) continue;
          told[sayOf(one, classes)]++;
          if (known.has(one)) both[sayOf(one, classes)]++;
        }
      }
    }
  return both.map((n, i) => n / told[i]);
}
