import type { Check } from './changes.js';
import type { RetrainOutcome } from './retrainJob.js';

/** What `watch` and `schedule` tell; times are ISO 8601. */
export type OperateEvent =
  /** Data were compared with those of the last training. */
  | ({ readonly type: 'checked' } & Check)
  /** A retraining begins; where a schedule is named, one that may look at the data first. */
  | { readonly type: 'begun'; readonly target: string; readonly schedule?: string; readonly at: string }
  /** It has ended with an outcome, or there was nothing to train. */
  | {
      readonly type: 'outcome';
      readonly target: string;
      readonly schedule?: string;
      readonly at: string;
      readonly outcome: RetrainOutcome['outcome'];
      /** Run id of the student. */
      readonly run?: string;
      readonly why: string;
      readonly seconds: number;
    }
  /** It has failed; the next try is in so many seconds, or at the schedule's next time. */
  | {
      readonly type: 'trouble';
      readonly target: string;
      readonly schedule?: string;
      readonly at: string;
      readonly message: string;
      readonly retrySeconds?: number;
    }
  /** A schedule's time came and nothing was begun for the target. */
  | {
      readonly type: 'skipped';
      readonly target: string;
      readonly schedule: string;
      readonly at: string;
      readonly why: string;
    }
  /** Times of a schedule that passed while nobody looked: the first ten, and how many there were. */
  | {
      readonly type: 'missed';
      readonly schedule: string;
      readonly times: readonly string[];
      readonly count: number;
    }
  /** A scheduled retraining that a kill has cut off. */
  | { readonly type: 'cutOff'; readonly schedule: string; readonly target: string; readonly at: string };

export type OnOperateEvent = (event: OperateEvent) => void;

/** An outcome with its reason, as it is told. */
export function outcomeOf(
  done: RetrainOutcome,
): Pick<Extract<OperateEvent, { type: 'outcome' }>, 'outcome' | 'run' | 'why' | 'seconds'> {
  if (!('run' in done)) return { outcome: done.outcome, why: done.why, seconds: 0 };
  return { outcome: done.outcome, run: done.run, why: done.gate.why, seconds: done.seconds };
}
