/** A seeded stream of numbers in [0, 1). */
export type Random = () => number;

/** Mixes numbers into one 32-bit seed, so that streams of (seed, epoch, purpose) are independent. */
export function mixSeed(...parts: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const part of parts) {
    h = Math.imul(h ^ (part | 0), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/**
 * The generator sfc32 (Doty-Humphrey's Small Fast Counter, 128 bits of state), the same on every machine.
 *
 * @example
 * const random = seededRandom(7, 1); // seed 7, epoch 1
 */
export function seededRandom(...seed: readonly number[]): Random {
  let a = mixSeed(...seed, 1);
  let b = mixSeed(...seed, 2);
  let c = mixSeed(...seed, 3);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next(); // the first outputs still show the seed
  return next;
}

/** Independent normal numbers (Box and Muller), mean 0. */
export function gaussians(count: number, deviation: number, random: Random): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** The numbers 0..count-1 in an order that depends on the seed alone (Fisher and Yates). */
export function shuffled(count: number, ...seed: readonly number[]): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const random = seededRandom(...seed);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
  return order;
}
