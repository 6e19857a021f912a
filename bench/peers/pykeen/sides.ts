import type { Course } from './course.js';
import type { AloneFacts } from './facts.js';
import { trainProduct } from './product.js';
import { trainPykeen } from './pykeen.js';
import type { Budget, Setting, SideName } from './settings.js';

/** How each side trains. */
export const TRAIN: Readonly<
  Record<SideName, (facts: AloneFacts, setting: Setting, budget: Budget) => Promise<Course>>
> = { kgmentor: trainProduct, PyKEEN: trainPykeen };
