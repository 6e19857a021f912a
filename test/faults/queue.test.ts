import { queue } from '../../bench/faults/queue.js';
import { survives } from './_survives.js';

survives(queue);
