import { createHash } from 'node:crypto';

/** 32-bit words of a digest that are kept: two of a thousand million keys meet in one of 10²⁰ files. */
const WORDS = 4;

/**
 * Which keys were there before, by their digests: about 40 bytes a key, however long it is.
 *
 * @example
 * const seen = new KeySet();
 * seen.add('m1'); // true
 * seen.add('m1'); // false: it was there
 */
export class KeySet {
  #slots = new Uint32Array(1024 * WORDS);
  #size = 0;

  /** Whether the key is new. */
  add(key: string): boolean {
    const digest = createHash('md5').update(key).digest();
    const words = Uint32Array.from({ length: WORDS }, (_, i) => digest.readUInt32LE(4 * i));
    words[0] ||= 1; // 0 marks a free slot
    if (!this.#put(words)) return false;
    this.#size++;
    if (3 * this.#size * WORDS > 2 * this.#slots.length) this.#grow();
    return true;
  }

  #put(words: Uint32Array): boolean {
    const slots = this.#slots.length / WORDS;
    for (let slot = words[1] % slots; ; slot = (slot + 1) % slots) {
      const at = slot * WORDS;
      if (this.#slots[at] === 0) {
        this.#slots.set(words, at);
        return true;
      }
      if (words.every((word, i) => word === this.#slots[at + i])) return false;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += WORDS) if (old[at] !== 0) this.#put(old.subarray(at, at + WORDS));
  }
}
