/** kill -9 of a training at random moments, then `--resume`: the weights are those of one that was left alone. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/kg/random.js';
import { isAlive } from '../../src/setup/lock.js';
import { interrupt } from '../../test/_cli.js';
import type { Scenario } from './scenario.js';
import { tally } from './tally.js';
import { begun, childrenOf, harmOf, type Runs, runsIn, withWorld } from './training.js';

/** What a kill hits: a machine that goes down takes all, the kernel short of memory takes the largest. */
const VICTIMS = {
  'command and training process': (child: ChildProcess) => interrupt(child, 'SIGKILL'),
  'training process': (child: ChildProcess) => {
    for (const pid of childrenOf(child)) process.kill(pid, 'SIGKILL');
  },
  command: (child: ChildProcess) => child.kill('SIGKILL'),
} as const;

export const trainerKills: Scenario = {
  name: 'trainer',
  run: ({ full, log }) =>
    withWorld(async (folder) => {
      const whole = runsIn(folder, 'whole');
      const lasted = await timed(whole);
      const random = seededRandom(2);
      const rows = [];
      let run = 0;
      for (const [victim, kill] of Object.entries(VICTIMS).slice(0, full ? 3 : 1)) {
        const kills = tally(`kill -9 of the ${victim} of a training`, log);
        while (kills.row.injected < (full ? 7 : 1)) {
          const runs = runsIn(folder, `run-${run++}`);
          const orphans = await killed(runs, random() * lasted, kill);
          if (!orphans) continue; // it was faster than the kill
          const { code, stderr } = await runs.pretrain(['--resume']);
          const stays = (await survivors(orphans)).length > 0;
          const harm = harmOf(whole.folder() as string, runs.folder());
          kills.add({ ...harm, lost: harm.lost || code !== 0, leftOver: harm.leftOver || stays }, stderr);
        }
        rows.push(kills.row);
      }
      return rows;
    }),
};

/** Milliseconds from the record of a run to its end. */
async function timed(runs: Runs): Promise<number> {
  let ended = false;
  const run = runs.pretrain().finally(() => {
    ended = true;
  });
  await begun(runs, () => ended);
  const start = performance.now();
  const { code, stderr } = await run;
  if (code !== 0) throw new Error(`The training that is left alone ended with ${code}: ${stderr}`);
  return performance.now() - start;
}

/** Kills a training so long after its beginning; its processes, or nothing where it had ended before. */
async function killed(
  runs: Runs,
  after: number,
  kill: (child: ChildProcess) => unknown,
): Promise<number[] | undefined> {
  let command: ChildProcess | undefined;
  let ended = false;
  const run = runs
    .pretrain([], {
      onBegun: (child) => {
        command = child;
      },
    })
    .finally(() => {
      ended = true;
    });
  await begun(runs, () => ended);
  await Promise.race([sleep(after), run]);
  if (ended || !command) return undefined;
  const orphans = childrenOf(command);
  kill(command);
  const { code } = await run;
  return code === 0 ? undefined : orphans;
}

/** Processes that are still there when they have had their time to end. */
async function survivors(pids: readonly number[]): Promise<number[]> {
  for (let look = 0; look < 100 && pids.some(isAlive); look++) await sleep(100);
  return pids.filter(isAlive);
}
