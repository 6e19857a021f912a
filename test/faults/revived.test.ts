import { revived } from '../../bench/faults/revived.js';
import { survives } from './_survives.js';

survives(revived);
