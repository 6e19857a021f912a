import { createHash } from 'node:crypto';
import type { GrowSettings } from '../../src/train/growState.js';
import type { Language } from '../dbp5l/data.js';

/** The version of the method: raise it where the same settings give other results, and all cells are measured again. */
export const METHOD = 1;

/** Which of the benchmark's links a cell uses; always by the same key, so that fewer links are among more. */
export interface Links {
  /** Share that is kept, in (0, 1]. */
  readonly share: number;
  /** Share of those made wrong on purpose. */
  readonly wrong: number;
}

/** Settings as a configuration gives them, checked by its schema when the cell is run. */
export type Settings = Readonly<Record<string, unknown>>;

/** A teacher over some languages. */
export interface TeacherCell {
  readonly what: 'teacher';
  readonly sources: readonly Language[];
  readonly links: Links;
  /** Links that are sure enough are added, and its students take them along. */
  readonly grow?: GrowSettings;
  readonly settings: Settings;
}

/** Links that structure is sure of are added to those of the cell, beside those that its teacher grew. */
interface Growing {
  readonly grow?: { readonly precision: number };
}

/** A student of one language; `teacher` is the id of that cell, null without distillation. */
export interface StudentCell extends Growing {
  readonly what: 'student';
  readonly target: Language;
  readonly teacher: string | null;
  readonly links: Links;
  readonly settings: Settings;
}

/** Answers that need no training: of a baseline without parameters, or of a teacher through the links. */
export interface BaselineCell extends Growing {
  readonly what: 'baseline';
  readonly by: 'lookup' | 'frequency' | 'teacher';
  readonly target: Language;
  readonly teacher: string | null;
  readonly links: Links;
}

/** One measurement as a plain object: equal cells give equal results. */
export type Cell = TeacherCell | StudentCell | BaselineCell;

/** JSON whose keys are sorted at every depth and whose absent values are left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * A cell's id: a short SHA-256 of its canonical JSON and the version of the method.
 *
 * @example
 * cellId({ what: 'baseline', by: 'lookup', target: 'el', teacher: null, links: { share: 1, wrong: 0 } });
 */
export const cellId = (cell: Cell, method = METHOD): string =>
  createHash('sha256').update(canonical({ method, cell })).digest('hex').slice(0, 12);

/** A cell in a few words. */
export function describe(cell: Cell): string {
  const { share, wrong } = cell.links;
  const links = `${share < 1 ? `, ${100 * share} % of the links` : ''}${wrong > 0 ? `, ${100 * wrong} % of them wrong` : ''}`;
  const by =
    cell.what === 'teacher' ? '' : cell.teacher === null ? ', no teacher' : `, teacher ${cell.teacher}`;
  const grown = cell.grow ? ', links grown' : '';
  if (cell.what === 'baseline')
    return `${cell.target} by ${cell.by}${cell.teacher ? ` ${cell.teacher}` : ''}${links}${grown}`;
  const { seed, ...settings } = cell.settings;
  const who = cell.what === 'teacher' ? `teacher of ${cell.sources.join(' ')}` : `student of ${cell.target}`;
  const text = Object.keys(settings).length > 0 ? ` ${JSON.stringify(settings).replaceAll('"', '')}` : '';
  return `${who}, seed ${seed}${by}${links}${grown}${text}`;
}
