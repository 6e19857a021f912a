/** Milliseconds between two collections. */
const EVERY = 20_000;
/** Of the time, what they may take. */
const SHARE = 0.01;

/**
 * What collects garbage, at its first call and from then on now and then, in a process of `forkTensorFlow`: V8 waits until
 * its own heap fills, and does not know of the memory outside it that arrays of batches and starting values hold.
 */
export function collector(): () => void {
  let next = 0;
  return () => {
    const began = performance.now();
    if (began < next) return;
    globalThis.gc?.();
    const now = performance.now();
    next = now + Math.max(EVERY, (now - began) / SHARE);
  };
}
