/** A typed column whose length is not known beforehand: a tenth of the memory of an array of numbers that is copied. */
export class Growing<T extends Int32Array | Float32Array | Float64Array> {
  #column: T;
  #length = 0;
  readonly #make: new (
    length: number,
  ) => T;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#column = new make(16);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#column.length) {
      const larger = new this.#make(2 * this.#length);
      larger.set(this.#column);
      this.#column = larger;
    }
    this.#column[this.#length++] = value;
  }

  /** Forgets all but the first ones. */
  cut(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** What was pushed, as a column of its own. */
  done(): T {
    return this.#column.slice(0, this.#length) as T;
  }
}
