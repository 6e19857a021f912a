import type { KeyValue } from '../kg/keys.js';

/** A key value as queries give it, integers beyond 2^53 as `{int: text}`; null where the value cannot be a key. */
export function keyValue(value: unknown): KeyValue | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (typeof value !== 'object') return value as KeyValue;
  return 'int' in value && typeof value.int === 'string' ? BigInt(value.int) : null;
}
