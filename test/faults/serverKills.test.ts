import { serverKills } from '../../bench/faults/serverKills.js';
import { survives } from './_survives.js';

survives(serverKills);
