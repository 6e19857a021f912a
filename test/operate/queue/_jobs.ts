import type { StudentJob, TeacherJob } from '../../../src/operate/queue/jobs.js';
import { parseConfig } from '../../../src/settings.js';

const { sources, alignments, heldOut } = parseConfig(
  { sources: { films: { nodes: [{ label: 'Film', key: 'id' }] } } },
  'test',
);
const common = { config: { sources, alignments, heldOut }, databases: {} };

/** A student's job of its own for each digest. */
export const student = (dataDigest: string, more: Partial<StudentJob> = {}): StudentJob => ({
  kind: 'student',
  target: 'films',
  teacher: null,
  dataDigest,
  ...common,
  ...more,
});

export const teacher = (dataDigest: string): TeacherJob => ({ kind: 'teacher', dataDigest, ...common });
