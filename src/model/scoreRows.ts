/** Numbers that the scores of more than the least rows may be: 16 MB. */
const SCORES = 4_000_000;
const LEAST = 256;

/**
 * Rows of scores that the head makes at once. Each chunk goes over the table once more, so that a few entities are met by
 * more rows at a time.
 *
 * @param entities that each row is scored against
 */
export const scoreRows = (entities: number): number => Math.max(LEAST, Math.floor(SCORES / entities));
