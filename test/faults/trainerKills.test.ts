import { trainerKills } from '../../bench/faults/trainerKills.js';
import { survives } from './_survives.js';

survives(trainerKills);
