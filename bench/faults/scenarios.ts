import { connections } from './connections.js';
import type { Scenario } from './scenario.js';

/** All fault tests. */
export const SCENARIOS: readonly Scenario[] = [connections];
