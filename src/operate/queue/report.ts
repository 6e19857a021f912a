import type { Job as QueuedJob } from 'bullmq';
import { WHEN_ADDED } from './add.js';
import type { Job, ReportJob } from './jobs.js';
import { type OpenQueue, QUEUE } from './open.js';

/** What became of the students of one teacher. */
export interface StudentsReport {
  readonly teacher: string;
  readonly students: readonly {
    readonly id: string;
    readonly target: string;
    readonly result?: unknown;
    /** Why it failed. */
    readonly reason?: string;
  }[];
}

/**
 * The last job of a flow, which begins when the teacher is there: it adds the students as children of its own, waits
 * for them without holding a worker, and tells of them. A teacher is no child of each of its students, as a job has one
 * parent.
 */
export async function reportStudents(
  open: OpenQueue,
  job: QueuedJob<Job>,
  token: string,
): Promise<StudentsReport> {
  const data = job.data as ReportJob;
  if (!data.added) {
    const parent = { id: job.id as string, queue: job.queueQualifiedName };
    await open.queue.addBulk(
      data.students.map((student) => ({
        name: student.job.target,
        data: student.job,
        // One that fails does not keep the report from the others.
        opts: { ...WHEN_ADDED, jobId: student.id, parent, ignoreDependencyOnFailure: true },
      })),
    );
    await job.updateData({ ...data, added: true });
  }
  if (await job.moveToWaitingChildren(token)) throw new open.bullmq.WaitingChildrenError();
  const key = (id: string) => `${open.prefix}:${QUEUE}:${id}`;
  const results = await job.getChildrenValues();
  const failures = await job.getIgnoredChildrenFailures();
  return {
    teacher: data.teacher,
    students: data.students.map(({ id, job: { target } }) => {
      const reason = failures[key(id)];
      return { id, target, ...(reason === undefined ? { result: results[key(id)] } : { reason }) };
    }),
  };
}
