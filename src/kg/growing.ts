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
    if (this.#length === this.#column.length) this.#grow(this.#length + 1);
    this.#column[this.#length++] = value;
  }

  /** Pushes all of them at once. */
  append(values: ArrayLike<number>): void {
    const length = this.#length + values.length;
    if (length > this.#column.length) this.#grow(length);
    this.#column.set(values, this.#length);
    this.#length = length;
  }

  #grow(length: number): void {
    const larger = new this.#make(Math.max(length, 2 * this.#column.length));
    larger.set(this.#column);
    this.#column = larger;
  }

  /** What was pushed, until the next push. */
  view(): T {
    return this.#column.subarray(0, this.#length) as T;
  }

  /** What was pushed, as a column of its own. */
  done(): T {
    return this.#column.slice(0, this.#length) as T;
  }
}
