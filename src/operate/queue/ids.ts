import { createHash } from 'node:crypto';

/** JSON with sorted keys: equal values give equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/**
 * A job's id: its name and a digest of all that makes it this job and no other. It is the id of the run as well.
 *
 * @example
 * jobId('films', { target: 'films', config, dataDigest, teacher: 'teacher-20…' }); // 'films-9f86d081884c7d65'
 */
export function jobId(name: string, content: object): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]/gu, '_');
  return `${plain}-${createHash('sha256').update(canonical(content)).digest('hex').slice(0, 16)}`;
}
