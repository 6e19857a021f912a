import { connections } from '../../bench/faults/connections.js';
import { survives } from './_survives.js';

survives(connections);
