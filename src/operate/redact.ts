/** What stands in a log where a secret was. */
export const REDACTED = '[redacted]';

/** Names of fields and environment variables that hold secrets; "author" is none. */
const SECRET_NAME =
  /passw|passphrase|(?<![a-z])pwd(?![a-z])|secret|token|credential|cookie|api[-_]?key|private[-_]?key|auth(?!or(?!iz))/i;

/** Up to the last @: a password may hold unescaped slashes, and one word too many is no harm. */
const LOGIN_OF_URI = /\b([a-z][a-z\d+.-]*:\/\/)[^\s"'<>]*@/gi;
const ASSIGNED =
  /\b([\w-]*(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|authorization)[\w-]*["']?\s*[=:]\s*)(?!Basic |Bearer )("[^"]*"|'[^']*'|[^\s,;&]+)/gi;
/** A scheme of HTTP with what is no word of a sentence. */
const HTTP_LOGIN = /\b(Basic|Bearer)\s+(?=\S*[A-Z\d=])[\w+/=.~-]{6,}/g;

/** A variable that each shell sets: the working folder, which paths in a log begin with. */
const WORKING_FOLDER = 'PWD';

/** Shorter values would be found in the middle of harmless words. */
const LEAST_LENGTH = 4;
const DEEPEST = 8;

/**
 * Takes log-ins of URIs, assigned passwords and tokens, and HTTP credentials out of a text.
 *
 * @example
 * redactText('redis://:hunter2@localhost:6379'); // redis://[redacted]@localhost:6379
 */
export const redactText = (text: string): string =>
  text
    .replace(LOGIN_OF_URI, `$1${REDACTED}@`)
    .replace(HTTP_LOGIN, `$1 ${REDACTED}`)
    .replace(ASSIGNED, `$1${REDACTED}`);

/**
 * A copy of a value with fields of secret names and secrets within texts replaced, at any depth. Errors become plain
 * objects with their causes.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '[deeper]';
  if (value instanceof Error) return redact(plainError(value), depth);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) && field !== undefined ? REDACTED : redact(field, depth + 1),
    ]),
  );
}

function plainError(error: Error): Record<string, unknown> {
  const { code, next } = error as Error & { code?: unknown; next?: unknown };
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    message: error.message,
    ...(next !== undefined && { next }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: error.cause }),
  };
}

/**
 * Replaces the very values of an environment's secrets wherever they stand in a line of JSON: the last net, for what
 * has no telling name or form.
 */
export function redactValues(line: string, env: Readonly<Record<string, string | undefined>>): string {
  let clean = line;
  for (const [name, value] of Object.entries(env)) {
    if (!value || value.length < LEAST_LENGTH || name === WORKING_FOLDER || !SECRET_NAME.test(name)) continue;
    clean = clean.replaceAll(JSON.stringify(value).slice(1, -1), REDACTED).replaceAll(value, REDACTED);
  }
  return clean;
}
