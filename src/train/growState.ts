import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from './job.js';

/** How the links of a teacher are grown. */
export interface GrowSettings {
  /** Trainings at most; from the second one on the vectors of the one before propose links as well. */
  readonly rounds: number;
  /** Wanted share of right ones among the added links, in (0, 1). */
  readonly precision: number;
}

/** Links that one round added. */
export interface GrowRound {
  readonly byVectors: number;
  readonly byStructure: number;
}

/** Where growing stands; with the links in `links.tsv` and the folders of the rounds it is all that going on needs. */
export interface GrowState extends GrowSettings {
  readonly dataDigest: string;
  readonly done: readonly GrowRound[];
}

const FILE = 'grow.json';

/** The state of a teacher's run that grows links; undefined of another one. */
export const growStateOf = (folder: string): GrowState | undefined =>
  existsSync(join(folder, FILE)) ? readGrowState(folder) : undefined;

export const readGrowState = (folder: string): GrowState =>
  JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as GrowState;

export const writeGrowState = (folder: string, state: GrowState): void =>
  writeJson(join(folder, FILE), state);
