import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { SearchSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { OnEvent } from '../events.js';
import { readRecord } from './folder.js';
import { files } from './job.js';
import { type RunOptions, type RunOutcome, resumeRun } from './runFolder.js';
import {
  choiceOf,
  drawChoices,
  put,
  type Role,
  type RoleSettings,
  spaceOf,
  withChoice,
} from './searchSpace.js';
import { addTrial, openTrials, slim, type Trial } from './trials.js';

export interface SearchInput<S extends RoleSettings> {
  readonly role: Role;
  /** The settings as they are: what is not searched, and the first trial. */
  readonly base: S;
  readonly search: SearchSettings;
  /** What figures depend on besides settings: data, target, held-out facts, teacher. Another one, another folder. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Folder below which the search's own one is made or found again. */
  readonly runs: string;
  /** How the folder's name begins. */
  readonly name: string;
  /** Trains one run, `pretrain` or `retrain` with all but settings and folder given. */
  readonly train: (
    settings: S,
    run: { folder: string; id: string },
    options: RunOptions,
  ) => Promise<RunOutcome>;
}

export interface SearchOutcome {
  readonly folder: string;
  readonly trials: readonly Trial[];
  /** Of the last rung, the one with the highest validation MRR; absent where all failed. */
  readonly best?: Trial;
  /** Its choice as configuration, to paste. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Each rung of successive halving keeps one trial of this many and trains that many times the epochs. */
const ETA = 3;

/**
 * Hyper-parameter search on validation alone: random, or by successive halving (Jamieson and Talwalkar 2016), whose
 * rungs train anew, so that each figure is that of a whole training. All trials are kept, one line each, failed ones
 * too; a search that was killed goes on where it was.
 *
 * @throws KgmentorError USAGE for a space at fault; NO_DATA without validation facts; INTERRUPTED after a stop
 * @example
 * await search({ role: 'student', base: config.student, search: config.search, about: { data }, runs: 'runs',
 *   name: 'movies', train: (settings, run, options) => retrain({ ...input, settings, ...run }, options) });
 */
export async function search<S extends RoleSettings>(
  input: SearchInput<S>,
  options: RunOptions = {},
): Promise<SearchOutcome> {
  const { role, base, search: settings } = input;
  const space = spaceOf(settings.space, role, base);
  const first = choiceOf(base, Object.keys(space));
  const choices = [first, ...drawChoices(space, settings.trials - 1, settings.seed, first)];
  for (const choice of choices) withChoice(role, base, choice);
  const { method, seed, trials: count } = settings;
  // A random search with more trials goes on with the same ones; the rungs of halving depend on how many there are.
  const description = {
    role,
    base,
    space,
    method,
    seed,
    ...(method === 'halving' && { count }),
    ...input.about,
  };
  const digest = createHash('sha256').update(JSON.stringify(description)).digest('hex').slice(0, 8);
  const folder = path.join(input.runs, `${input.name}-search-${digest}`);
  const trials = openTrials(folder, description);
  const rungs = method === 'halving' ? Math.floor(Math.log(choices.length) / Math.log(ETA) + 1e-9) + 1 : 1;

  let entrants = choices.map((_, i) => i + 1);
  for (let rung = 0; rung < rungs; rung++) {
    for (const [i, trial] of entrants.entries()) {
      if (trials.some((one) => one.trial === trial && one.rung === rung)) continue;
      const done = await runTrial(input, { trial, rung, choice: choices[trial - 1] }, rungs, folder, options);
      addTrial(folder, done);
      trials.push(done);
      tell(options.onEvent, done, { rung, rungs, at: i + 1, of: entrants.length });
    }
    entrants = ranked(trials, rung)
      .slice(0, rung + 1 < rungs ? Math.floor(choices.length / ETA ** (rung + 1)) : 1)
      .map(({ trial }) => trial);
  }
  const best = trials.find(({ trial, rung }) => trial === entrants[0] && rung === rungs - 1);
  const config: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(best?.choice ?? {})) put(config, `${role}.${name}`, value);
  return { folder, trials, ...(best && { best, config }) };
}

/** Trials of a rung that were trained, the highest validation MRR first. */
const ranked = (trials: readonly Trial[], rung: number): Trial[] =>
  trials
    .filter((one) => one.rung === rung && one.status === 'done')
    .sort((a, b) => (b.best as number) - (a.best as number) || a.trial - b.trial);

async function runTrial<S extends RoleSettings>(
  input: SearchInput<S>,
  { trial, rung, choice }: Pick<Trial, 'trial' | 'rung' | 'choice'>,
  rungs: number,
  searchFolder: string,
  options: RunOptions,
): Promise<Trial> {
  const whole = withChoice(input.role, input.base, choice);
  const settings = { ...whole, epochs: Math.ceil(whole.epochs / ETA ** (rungs - 1 - rung)) };
  const id = `trial-${trial}${rungs > 1 ? `-rung-${rung}` : ''}`;
  const folder = path.join(searchFolder, id);
  try {
    const { result } = await begunOrNew(folder, options, () =>
      input.train(settings, { folder, id }, options),
    );
    if (result.best === null) {
      throw new KgmentorError('NO_DATA', 'There are no validation facts that could choose settings.', {
        next: 'Set heldOut.valid above zero in the configuration.',
      });
    }
    slim(folder);
    return {
      trial,
      rung,
      choice,
      status: 'done',
      best: result.best,
      bestEpoch: result.bestEpoch,
      epochs: result.epochs,
      seconds: result.trainSeconds + result.prepareSeconds,
      peakMb: result.peakMb,
    };
  } catch (error) {
    // What no other choice would mend ends the search; what the training process met is this trial's own.
    if (error instanceof KgmentorError && error.code !== 'UNEXPECTED') throw error;
    return {
      trial,
      rung,
      choice,
      status: 'failed',
      error: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Goes on with a run that was begun; one whose folder is not whole is begun anew. */
async function begunOrNew(
  folder: string,
  options: RunOptions,
  begin: () => Promise<RunOutcome>,
): Promise<RunOutcome> {
  if (existsSync(path.join(folder, files.record)) && readRecord(folder).status !== 'done')
    return resumeRun(folder, options);
  rmSync(folder, { recursive: true, force: true });
  return begin();
}

function tell(
  onEvent: OnEvent | undefined,
  { trial, best, seconds = 0, error }: Trial,
  { rung, rungs, at, of }: { rung: number; rungs: number; at: number; of: number },
): void {
  const place = `trial ${trial} (${at} of ${of}${rungs > 1 ? ` at rung ${rung + 1} of ${rungs}` : ''})`;
  if (error !== undefined) onEvent?.({ type: 'warning', message: `${place} failed: ${error}` });
  else
    onEvent?.({ type: 'stage', name: `${place}, validation MRR ${(100 * (best ?? 0)).toFixed(2)}`, seconds });
}
