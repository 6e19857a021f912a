import { isDeepStrictEqual } from 'node:util';
import type { RunRecord } from '../train/folder.js';
import type { Output } from './output.js';

/**
 * Warns where the configuration has other settings by now than a run that goes on: it keeps those that it was begun with.
 *
 * @param configured what the run would be begun with now
 */
export function warnOfChanges(
  { id, kind, settings }: Pick<RunRecord, 'id' | 'kind' | 'settings'>,
  configured: object,
  { warn }: Pick<Output, 'warn'>,
): void {
  const now = JSON.parse(JSON.stringify(configured)) as Record<string, unknown>; // as the record tells it
  const changed = Object.keys(now).filter((name) => !isDeepStrictEqual(now[name], settings[name]));
  if (changed.length === 0) return;
  const named = changed.map((name) => (name === 'evaluation' ? name : `${kind}.${name}`)).join(', ');
  warn(`${id} keeps the settings that it was begun with; the configuration has others by now: ${named}`);
}
