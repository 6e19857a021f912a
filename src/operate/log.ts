import { pino } from 'pino';
import { KgmentorError } from '../errors.js';
import type { KgmentorEvent, OnEvent } from '../events.js';
import type { LogLevel } from './logLevels.js';
import { redact, redactValues } from './redact.js';

export interface LogOptions {
  /** A file, to which lines are added; `-` for stderr. */
  readonly to: string;
  /** `info` where absent. */
  readonly level?: LogLevel;
  /** Stands in each line. */
  readonly command?: string;
}

/** A structured log: one JSON object a line, secrets taken out. */
export interface EventLog {
  /** Writes an event as a line. */
  readonly onEvent: OnEvent;
  /** A line of something that is no event of the library. */
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What is told later is not written. */
  close(): void;
}

const LEVEL_OF: Partial<Record<KgmentorEvent['type'], LogLevel>> = {
  step: 'debug',
  progress: 'debug',
  warning: 'warn',
  refused: 'warn',
  failed: 'error',
};

/**
 * Opens a log. Lines are written at once, so that none is lost where the process is killed; where a disk is full the
 * log pauses and the work goes on.
 *
 * @throws KgmentorError USAGE when the file cannot be opened
 * @example
 * const log = openLog({ to: 'kgmentor.log', command: 'retrain' });
 * await retrain(input, { onEvent: log.onEvent });
 * log.close();
 */
export function openLog({ to, level = 'info', command }: LogOptions): EventLog {
  const file = open(to);
  file.on('error', () => undefined);
  const logger = pino(
    {
      level,
      ...(command !== undefined && { mixin: () => ({ command }) }),
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    { write: (line) => void file.write(redactValues(line, process.env)) },
  );
  let closed = false;
  const write = (at: LogLevel, event: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (!closed) logger[at]({ event, ...fields });
  };
  return {
    onEvent: (event) => {
      const { type, ...fields } = event;
      const stopped = event.type === 'failed' && event.code === 'INTERRUPTED';
      write(stopped ? 'warn' : (LEVEL_OF[type] ?? 'info'), type, fields);
    },
    write,
    close: () => {
      if (closed) return;
      closed = true;
      // Standard error stays open for others.
      if (to !== '-') file.end();
    },
  };
}

function open(to: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({ dest: to === '-' ? 2 : to, sync: true, append: true, mkdir: true });
  } catch (cause) {
    throw new KgmentorError('USAGE', `The log ${to} cannot be written: ${(cause as Error).message}.`, {
      next: 'Name another file with --log, or `--log -` for standard error.',
      cause,
    });
  }
}
