import { races } from '../../bench/faults/races.js';
import { survives } from './_survives.js';

survives(races);
