import { diskFull } from '../../bench/faults/diskFull.js';
import { survives } from './_survives.js';

survives(diskFull);
