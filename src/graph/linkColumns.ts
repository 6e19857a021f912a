import { Growing } from '../kg/growing.js';
import type { Alignments } from '../kg/types.js';
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
  readonly #leftSource = new Growing(Int32Array);
  readonly #left = new Growing(Int32Array);
  readonly #rightSource = new Growing(Int32Array);
  readonly #right = new Growing(Int32Array);
  readonly #confidence = new Growing(Float32Array);

  get length(): number {
    return this.#left.length;
  }

  add(leftSource: number, left: number, rightSource: number, right: number, confidence: number): void {
    this.#leftSource.push(leftSource);
    this.#left.push(left);
    this.#rightSource.push(rightSource);
    this.#right.push(right);
    this.#confidence.push(confidence);
  }

  append(other: LinkColumns): void {
    this.#leftSource.append(other.#leftSource.view());
    this.#left.append(other.#left.view());
    this.#rightSource.append(other.#rightSource.view());
    this.#right.append(other.#right.view());
    this.#confidence.append(other.#confidence.view());
  }

  done(): Alignments {
    return {
      leftSource: this.#leftSource.done(),
      left: this.#left.done(),
      rightSource: this.#rightSource.done(),
      right: this.#right.done(),
      confidence: this.#confidence.done(),
    };
  }
}

/** Whether a value is a confidence, in (0, 1]. */
export const isConfidence = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= 1;

/** The position of a source among those that were read. */
export const indexOf = (sources: readonly LinkSource[], name: string): number =>
  sources.findIndex((source) => source.name === name);
