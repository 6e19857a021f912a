import { readers } from '../../bench/faults/readers.js';
import { survives } from './_survives.js';

survives(readers);
