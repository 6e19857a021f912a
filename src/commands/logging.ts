import type { OnEvent } from '../events.js';
import { LOG_LEVELS, type LogLevel } from '../operate/logLevels.js';
import { readEnv } from '../settings.js';
import { version } from '../version.js';
import { type Flags, oneOf, text } from './command.js';

/** A command's own log. */
export interface CommandLog {
  /** Whether it stands where people would read the narration. */
  readonly instead: boolean;
  readonly onEvent: OnEvent;
  /** An event of the command's own. */
  note(event: { readonly type: string }, level: LogLevel): void;
  /** The command's last line; it closes the log. */
  ended(exitCode: number, error?: unknown): void;
}

/** Opens the log that a flag, the environment or `.env` names; undefined where none does. */
export async function commandLog(
  command: string,
  args: readonly string[],
  flags: Flags,
): Promise<CommandLog | undefined> {
  readEnv(text(flags, 'config'));
  const { KGMENTOR_LOG, KGMENTOR_LOG_LEVEL } = process.env;
  const level = oneOf(
    flags['log-level'] === undefined ? 'KGMENTOR_LOG_LEVEL' : '--log-level',
    text(flags, 'log-level') ?? (KGMENTOR_LOG_LEVEL || 'info'),
    LOG_LEVELS,
  );
  const to = text(flags, 'log') ?? (KGMENTOR_LOG || undefined);
  if (to === undefined) return undefined;
  const { openLog } = await import('../operate/log.js');
  const log = openLog({ to, level, command });
  const began = Date.now();
  log.write('info', 'command', { version: version(), arguments: args });
  return {
    instead: to === '-',
    onEvent: log.onEvent,
    note: ({ type, ...fields }, at) => log.write(at, `${command}.${type}`, fields),
    ended: (exitCode, error) => {
      const seconds = (Date.now() - began) / 1000;
      const at = exitCode === 0 ? 'info' : exitCode === 130 ? 'warn' : 'error';
      log.write(at, 'ended', { exitCode, seconds, ...(error !== undefined && { error }) });
      log.close();
    },
  };
}
