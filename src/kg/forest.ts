/** Union-find with path halving. */
export class Forest {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = new Int32Array(size);
    for (let i = 0; i < size; i++) this.#parent[i] = i;
  }

  find(i: number): number {
    const parent = this.#parent;
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /** Joins two classes and returns the root: the smaller one, so that the result does not depend on the order. */
  union(a: number, b: number): number {
    const [x, y] = [this.find(a), this.find(b)];
    const root = Math.min(x, y);
    this.#parent[Math.max(x, y)] = root;
    return root;
  }
}
