import path from 'node:path';
import type { Config } from '../../config.js';
import { parseConfig } from '../../settings.js';
import { jobId } from './ids.js';

/** What of a configuration a teacher or a student is made from; link files are relative to a worker's own folder. */
export type JobConfig = Pick<Config, 'sources' | 'alignments' | 'heldOut'> & Partial<Config>;

interface JobBase {
  readonly config: JobConfig;
  /** Digest of the data as they were when the job was made. */
  readonly dataDigest: string;
  /** Ids of the databases that the sources were read from, by source. */
  readonly databases: Readonly<Record<string, string>>;
  /** When its result was published, where it is to be made once more. */
  readonly again?: string;
}

export interface TeacherJob extends JobBase {
  readonly kind: 'teacher';
}

export interface StudentJob extends JobBase {
  readonly kind: 'student';
  readonly target: string;
  /** Run of the teacher; null for none. */
  readonly teacher: string | null;
  /** Run of the earlier student that it goes on from; no part of the id, as each publication makes another one. */
  readonly from?: string;
}

/** Begins once the teacher is there: adds the students, and tells of them when they are done. */
export interface ReportJob {
  readonly kind: 'report';
  readonly teacher: string;
  readonly students: readonly { readonly id: string; readonly job: StudentJob }[];
  /** Whether the students are in the queue. */
  readonly added: boolean;
}

export type Job = TeacherJob | StudentJob | ReportJob;

/** The parts of a configuration that a teacher depends on. */
export function teacherConfig(config: Config, folder: string): JobConfig {
  const chosen = config.teacher.sources ?? Object.keys(config.sources);
  const sources = Object.fromEntries(chosen.map((name) => [name, config.sources[name]]));
  return { sources, ...common(config, folder), teacher: config.teacher };
}

/** The parts of a configuration that a student depends on. */
export function studentConfig(config: Config, folder: string): JobConfig {
  const { sources, student, evaluation, feed, gate } = config;
  const teacher = { linkThreshold: config.teacher.linkThreshold } as Config['teacher'];
  return { sources, ...common(config, folder), student, evaluation, feed, gate, teacher };
}

const common = ({ alignments, heldOut }: Config, folder: string) => ({
  heldOut,
  alignments: alignments.map((one) =>
    'file' in one ? { ...one, file: path.relative(folder, one.file).split(path.sep).join('/') } : one,
  ),
});

/** A job's configuration on this machine, whole; link files are looked for in a folder. */
export function wholeConfig(job: TeacherJob | StudentJob, folder: string, runs: string): Config {
  const config = parseConfig(job.config, 'the job');
  return {
    ...config,
    runs,
    alignments: config.alignments.map((one) =>
      'file' in one ? { ...one, file: path.resolve(folder, one.file) } : one,
    ),
  };
}

/** The id of a job. */
export function idOf(job: TeacherJob | StudentJob | Omit<ReportJob, 'added'>): string {
  if (job.kind === 'report') {
    const students = job.students.map(({ id }) => id).sort();
    return jobId('report', { teacher: job.teacher, students });
  }
  if (job.kind === 'teacher') return jobId('teacher', job);
  const { from, ...rest } = job;
  return jobId(job.target, { ...rest, ...(from !== undefined && { incremental: true }) });
}
