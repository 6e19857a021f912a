import type { Graph } from './connect.js';
import type { ReadEntities } from './readEntities.js';
import type { Schema } from './schema.js';

/** A source as link readers need it. */
export interface LinkSource {
  readonly name: string;
  readonly graph: Graph;
  readonly schema: Schema;
  readonly read: ReadEntities;
}

/** Grows columns of links. */
export class LinkColumns {
  readonly leftSource: number[] = [];
  readonly left: number[] = [];
  readonly rightSource: number[] = [];
  readonly right: number[] = [];
  readonly confidence: number[] = [];

  add(leftSource: number, left: number, rightSource: number, right: number, confidence: number): void {
    this.leftSource.push(leftSource);
    this.left.push(left);
    this.rightSource.push(rightSource);
    this.right.push(right);
    this.confidence.push(confidence);
  }
}

/** Whether a value is a confidence, in (0, 1]. */
export const isConfidence = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= 1;

/** The position of a source among those that were read. */
export const indexOf = (sources: readonly LinkSource[], name: string): number =>
  sources.findIndex((source) => source.name === name);
