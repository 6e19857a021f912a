import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KgmentorError } from '../errors.js';
import { files } from './job.js';

/**
 * Where the trained model of a student's teacher lies.
 *
 * @throws KgmentorError BAD_DATA when the teacher's folder is gone, or holds none
 */
export function teacherFile(folder: string): string {
  const path = join(folder, files.model);
  if (existsSync(path)) return path;
  throw new KgmentorError('BAD_DATA', `The student's teacher is gone: ${folder} holds no ${files.model}.`, {
    next: 'Put the folder of the teacher back, or begin a new student with `kgmentor retrain <target>`, of a teacher that `kgmentor runs` lists.',
  });
}
