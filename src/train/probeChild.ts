/** Loads TensorFlow and says what it found. */
import { device } from '../model/backend.js';

process.send?.(device());
process.disconnect?.();
