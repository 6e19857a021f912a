import { isDeepStrictEqual } from 'node:util';
import { KgmentorError } from '../errors.js';
import type { RunRecord } from '../train/folder.js';
import { type Flags, notTogether, text } from './command.js';
import type { Output } from './output.js';

/**
 * Warns where the configuration has other settings by now than a run that goes on: it keeps those that it was begun with.
 *
 * @param configured what the run would be begun with now
 */
export function warnOfChanges(
  { id, kind, settings, heldOut }: Pick<RunRecord, 'id' | 'kind' | 'settings' | 'heldOut'>,
  configured: object,
  { warn }: Pick<Output, 'warn'>,
): void {
  const now = JSON.parse(JSON.stringify(configured)) as Record<string, unknown>; // as the record tells it
  const had: Record<string, unknown> = { ...settings, heldOut: heldOut ?? now.heldOut };
  const changed = Object.keys(now).filter((name) => !isDeepStrictEqual(now[name], had[name]));
  if (changed.length === 0) return;
  const named = changed
    .map((name) => (name === 'evaluation' || name === 'heldOut' ? name : `${kind}.${name}`))
    .join(', ');
  warn(`${id} keeps the settings that it was begun with; the configuration has others by now: ${named}`);
}

/**
 * Refuses flags that say nothing beside --resume, or without it.
 *
 * @param begins flags that say how a run is begun
 * @throws KgmentorError USAGE
 */
export function checkResume(flags: Flags, begins: readonly string[]): void {
  if (!flags.resume && text(flags, 'run') !== undefined)
    throw new KgmentorError('USAGE', '--run names the run that --resume goes on with.', {
      next: 'Add --resume, or leave --run out to begin a new run.',
    });
  const given = flags.resume ? begins.find((name) => flags[name]) : undefined;
  if (given !== undefined)
    throw notTogether(
      'resume',
      given,
      'A run that goes on keeps what it was begun with: leave one of them out.',
    );
}
