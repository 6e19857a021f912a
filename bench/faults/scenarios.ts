import { clock } from './clock.js';
import { connections } from './connections.js';
import { diskFull } from './diskFull.js';
import { queue } from './queue.js';
import { races } from './races.js';
import { readers } from './readers.js';
import { revived } from './revived.js';
import type { Scenario } from './scenario.js';
import { serverKills } from './serverKills.js';
import { soak } from './soak.js';
import { trainerKills } from './trainerKills.js';

/** All fault tests. */
export const SCENARIOS: readonly Scenario[] = [
  trainerKills,
  diskFull,
  serverKills,
  connections,
  races,
  queue,
  revived,
  clock,
  readers,
  soak,
];
