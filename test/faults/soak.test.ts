import { soak } from '../../bench/faults/soak.js';
import { survives } from './_survives.js';

survives(soak);
