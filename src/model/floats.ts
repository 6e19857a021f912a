/** How numbers of a kind lie in files, little-endian, and how they become 32-bit floats. */
export interface FloatKind {
  /** Bytes a number. */
  readonly bytes: number;
  read(buffer: ArrayBuffer): Float32Array;
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

export const f32: FloatKind = { bytes: 4, read: (buffer) => new Float32Array(buffer) };
export const f64: FloatKind = { bytes: 8, read: (buffer) => Float32Array.from(new Float64Array(buffer)) };
export const f16: FloatKind = {
  bytes: 2,
  read: (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalf),
};
/** bfloat16: the upper half of a 32-bit float. */
export const bf16: FloatKind = {
  bytes: 2,
  read: (buffer) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
};
