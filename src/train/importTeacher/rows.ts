import { KgmentorError } from '../../errors.js';

/** Grows a table of numbers from lines of text. */
export class Rows {
  #data = new Float32Array(1024);
  #count = 0;
  #width = 0;

  /**
   * Adds the cells of a line from one on.
   *
   * @param where the line, for errors
   * @throws KgmentorError BAD_DATA for a cell that is no finite number, or another number of cells than before
   */
  add(cells: readonly string[], from: number, where: string): void {
    const width = cells.length - from;
    if (this.#count === 0) this.#width = width;
    if (width !== this.#width || width < 1)
      throw new KgmentorError(
        'BAD_DATA',
        `${where}: ${width} numbers, ${this.#width < 1 ? 'at least one' : this.#width} expected.`,
        { next: 'A line is a name and the numbers of its vector, parted by tabs.' },
      );
    const start = this.#count * width;
    if (start + width > this.#data.length) {
      const larger = new Float32Array(2 * this.#data.length + width);
      larger.set(this.#data.subarray(0, start));
      this.#data = larger;
    }
    for (let i = 0; i < width; i++) {
      const cell = cells[from + i];
      const value = cell.trim() === '' ? Number.NaN : Math.fround(Number(cell));
      if (!Number.isFinite(value))
        throw new KgmentorError('BAD_DATA', `${where}: ${JSON.stringify(cell)} is no finite 32-bit number.`, {
          next: 'Mend the line, or export the table again.',
        });
      this.#data[start + i] = value;
    }
    this.#count++;
  }

  /** What was added: data is [count, width]. */
  table(): { count: number; width: number; data: Float32Array } {
    return { count: this.#count, width: this.#width, data: this.#data.slice(0, this.#count * this.#width) };
  }
}
