/**
 * Imported by tests that train, and whose matter is not the process in which it is done: their own process does it,
 * which loads TensorFlow once, in the environment of a training on one thread.
 */
import { tensorFlowEnvironment } from '../src/train/fork.js';
import { trainHere } from '../src/train/process.js';

Object.assign(process.env, tensorFlowEnvironment(1));
trainHere();
