import { redactText } from './redact.js';

export interface HealthOptions {
  /** Asks Neo4j something; rejects where it does not answer. */
  readonly reach: () => Promise<unknown>;
  /** Seconds within which the loop must turn; no loop is watched where absent. */
  readonly loopSeconds?: number;
  /** Seconds for which an answer of Neo4j counts as recent; 30 where absent. */
  readonly recentSeconds?: number;
  /** Seconds for which Neo4j is not asked again; 5 where absent. */
  readonly everySeconds?: number;
  /** Seconds that a question waits for Neo4j's answer; 2 where absent. */
  readonly waitSeconds?: number;
  /** Milliseconds of a clock that does not jump; `performance.now` where absent. */
  readonly now?: () => number;
}

export interface HealthReport {
  readonly status: 'ok' | 'failing';
  /** Absent where all is well. */
  readonly reason?: string;
  readonly neo4j: { readonly reachable: boolean; readonly lastAnswer: string | null };
  /** Absent where no loop is watched. */
  readonly loop?: { readonly lastTurn: string };
}

/** How well a process is. */
export interface Health {
  /** To be called each time that the loop turns. */
  beat(): void;
  report(): Promise<HealthReport>;
}

/** A question that has waited so long is given up, and another one asked. */
const GIVEN_UP_SECONDS = 60;

/**
 * Watches a loop and asks Neo4j, but only when somebody wants to know: a recent answer is used at once while the next
 * one is asked for, an old one is waited for.
 */
export function watchHealth(options: HealthOptions): Health {
  const { reach, loopSeconds, recentSeconds = 30, everySeconds = 5, waitSeconds = 2 } = options;
  const { now = () => performance.now() } = options;
  const since = (time: number): number => (now() - time) / 1000;
  let turned = now();
  let answered = Number.NEGATIVE_INFINITY;
  let failure: string | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let question: Promise<void> | undefined;

  const ask = () => {
    const age = since(asked);
    if (question ? age < GIVEN_UP_SECONDS : age < everySeconds) return;
    asked = now();
    const own: Promise<void> = reach()
      .then(
        () => {
          answered = now();
          failure = undefined;
        },
        (error: unknown) => {
          failure = redactText(error instanceof Error ? error.message : String(error));
        },
      )
      .then(() => {
        if (question === own) question = undefined;
      });
    question = own;
  };
  const why = (): string | undefined => {
    const quiet = since(turned);
    if (loopSeconds !== undefined && quiet > loopSeconds)
      return `The loop has not turned for ${Math.round(quiet)} s.`;
    if (since(answered) <= recentSeconds) return undefined;
    return failure ?? `Neo4j has not answered within ${waitSeconds} s.`;
  };
  return {
    beat: () => {
      turned = now();
    },
    async report() {
      ask();
      if (question && since(answered) > recentSeconds) await atMost(question, waitSeconds);
      const reason = why();
      return {
        status: reason === undefined ? 'ok' : 'failing',
        ...(reason !== undefined && { reason }),
        neo4j: {
          reachable: since(answered) <= recentSeconds,
          lastAnswer: Number.isFinite(answered) ? timeOf(since(answered)) : null,
        },
        ...(loopSeconds !== undefined && { loop: { lastTurn: timeOf(since(turned)) } }),
      };
    },
  };
}

const timeOf = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1000).toISOString();

async function atMost(work: Promise<void>, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
