import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { readTensors, writeTensors } from '../../src/model/safetensors.js';

/**
 * A teacher that knows nothing: the shape of a trained one with random vectors of the same spread. A student that
 * gains from it would show a leak.
 */
export function randomTeacher(teacher: string, folder: string, seed: number): string {
  mkdirSync(folder, { recursive: true });
  const { tensors, metadata } = readTensors(path.join(teacher, 'model.safetensors'));
  const random = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }], i) => {
      let squares = 0;
      for (const x of data) squares += x * x;
      const spread = Math.sqrt(squares / data.length);
      return [name, { shape, data: gaussians(data.length, spread, seededRandom(seed, 301, i)) }];
    }),
  );
  writeTensors(path.join(folder, 'model.safetensors'), random, metadata);
  for (const file of ['entities.json', 'run.json'])
    copyFileSync(path.join(teacher, file), path.join(folder, file));
  return folder;
}
