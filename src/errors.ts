/** What went wrong, by kind; each kind has one exit code. */
export type ErrorCode =
  | 'UNEXPECTED'
  | 'USAGE'
  | 'UNREACHABLE'
  | 'SCHEMA'
  | 'NO_DATA'
  | 'GATE'
  | 'BAD_DATA'
  | 'INTERRUPTED';

const EXIT_CODES: Record<ErrorCode, number> = {
  UNEXPECTED: 1,
  USAGE: 2,
  UNREACHABLE: 3,
  SCHEMA: 4,
  NO_DATA: 5,
  GATE: 6,
  BAD_DATA: 7,
  INTERRUPTED: 130,
};

/**
 * The one error class. Its message says what, which, found and expected; `next` says what to do.
 *
 * @example
 * throw new KgmentorError('BAD_DATA', 'links.tsv:14: 2 columns, 3 expected.', { next: 'Mend the line and run the import again.' });
 */
export class KgmentorError extends Error {
  readonly code: ErrorCode;
  readonly next?: string;

  constructor(code: ErrorCode, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KgmentorError';
    this.code = code;
    this.next = options.next;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** The exit code of any thrown value: a `KgmentorError`'s own, 1 otherwise. */
export function exitCodeOf(error: unknown): number {
  return error instanceof KgmentorError ? error.exitCode : 1;
}
