/**
 * No room for a checkpoint: on a file system that is full, where root may mount one, and by the largest size that a
 * process may give a file. The checkpoint before is there, and the training goes on from it.
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTensors } from '../../src/model/safetensors.js';
import { files } from '../../src/train/job.js';
import type { FaultRow, Scenario } from './scenario.js';
import { tally } from './tally.js';
import { childrenOf, harmOf, type Runs, runsIn, withWorld } from './training.js';

type Log = (line: string) => void;

export const diskFull: Scenario = {
  name: 'disk',
  run: ({ full, log }) =>
    withWorld(async (folder) => {
      const whole = runsIn(folder, 'whole');
      const { code, stderr } = await whole.pretrain();
      if (code !== 0) throw new Error(`The training that is left alone ended with ${code}: ${stderr}`);
      const at = whole.folder() as string;
      const times = full ? 5 : 1;
      const rows = [await fault('file size limit', limited, { folder, whole: at, times, log })];
      if (full && canMount(folder))
        rows.push(await fault('full disk', filled, { folder, whole: at, times, log }));
      else if (full) log('no file system can be mounted here: a full disk is left out');
      return rows.filter(({ injected }) => injected > 0);
    }),
};

/** Begins a training, takes its room away once it has a checkpoint, and gives it back; what the training said. */
type Fault = (runs: Runs, folder: string) => Promise<{ code: number | null; stderr: string } | undefined>;

async function fault(
  kind: string,
  inject: Fault,
  { folder, whole, times, log }: { folder: string; whole: string; times: number; log: Log },
): Promise<FaultRow> {
  const faults = tally(`${kind} while a checkpoint is written`, log);
  for (let i = 0; i < times; i++) {
    const name = `${kind.replaceAll(' ', '-')}-${i}`;
    const runs = runsIn(folder, name);
    try {
      const told = await inject(runs, path.join(folder, name));
      if (!told) break;
      const run = runs.folder() as string;
      const isTold = told.code === 1 && /no room is left on the disk/.test(told.stderr);
      const isWhole = Object.keys(readTensors(path.join(run, files.checkpoint)).tensors).length > 0;
      const resumed = await runs.pretrain(['--resume']);
      const harm = harmOf(whole, run);
      faults.add(
        { ...harm, lost: harm.lost || !isTold || !isWhole || resumed.code !== 0 },
        `${told.code} ${told.stderr.slice(-500)} ${resumed.stderr.slice(-500)}`,
      );
    } finally {
      unmount(path.join(folder, name));
    }
  }
  return faults.row;
}

/** Linux lets the limit of a running process be lowered; absent on other systems. */
async function limited(runs: Runs) {
  let isSet = true;
  const told = await atCheckpoint(runs, (run, pids) => {
    const size = String(Math.floor(readFileSync(path.join(run, files.checkpoint)).length / 2));
    for (const pid of pids)
      isSet &&= spawnSync('prlimit', ['--pid', String(pid), `--fsize=${size}`]).status === 0;
  });
  return isSet ? told : undefined;
}

async function filled(runs: Runs, folder: string) {
  mkdirSync(folder, { recursive: true });
  mount(folder);
  const filler = path.join(folder, 'filler');
  let filling = true;
  // A checkpoint that takes the place of another one leaves room: it is filled again until the training ends.
  const fill = async () => {
    for (const piece = Buffer.alloc(4096); filling; )
      try {
        appendFileSync(filler, piece);
      } catch {
        await sleep(1);
      }
  };
  let full: Promise<void> | undefined;
  const told = await atCheckpoint(runs, () => {
    full = fill();
  });
  filling = false;
  await full;
  rmSync(filler, { force: true });
  return told;
}

/** A training, during which `act` is called with its run folder and processes once a checkpoint is there. */
async function atCheckpoint(runs: Runs, act: (run: string, pids: readonly number[]) => void) {
  let ended = false;
  let command: ChildProcess | undefined;
  const training = runs
    .pretrain([], {
      onBegun: (child) => {
        command = child;
      },
    })
    .finally(() => {
      ended = true;
    });
  while (!ended) {
    const run = runs.folder();
    if (run && existsSync(path.join(run, files.checkpoint))) {
      if (command?.pid) act(run, [command.pid, ...childrenOf(command)]);
      break;
    }
    await sleep(2);
  }
  return training;
}

const mount = (folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
const unmount = (folder: string): void => {
  spawnSync('umount', [folder]);
};

function canMount(folder: string): boolean {
  const place = path.join(folder, 'mounted');
  mkdirSync(place);
  const can = mount(place);
  if (can) unmount(place);
  return can;
}
