import { clock } from '../../bench/faults/clock.js';
import { survives } from './_survives.js';

survives(clock);
