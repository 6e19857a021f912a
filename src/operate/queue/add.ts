import type { JobsOptions } from 'bullmq';
import { idOf, type Job, type ReportJob, type StudentJob, type TeacherJob } from './jobs.js';
import { type OpenQueue, QUEUE } from './open.js';

/** What is wrong for a while (a server away, a lease held) is tried again after 5, 10, 20 and 40 seconds. */
export const WHEN_ADDED: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 5000 },
  removeOnComplete: { count: 1000 },
  removeOnFail: { count: 1000 },
};

/** Jobs that belong together. */
export interface Plan {
  /** Trained first, where there is one. */
  readonly teacher?: TeacherJob;
  readonly students: readonly StudentJob[];
}

export interface AddedJob {
  readonly id: string;
  readonly kind: Job['kind'];
  readonly target?: string;
  /** `added`, or what state the same job is in that was there before. */
  readonly state: string;
}

/** The jobs of a plan with their ids, the report of a flow last. */
export function jobsOf({ teacher, students }: Plan): { readonly id: string; readonly job: Job }[] {
  const own = students.map((job) => ({ id: idOf(job), job }));
  if (!teacher) return own;
  const id = idOf(teacher);
  const report: ReportJob = { kind: 'report', teacher: id, students: own, added: false };
  return [{ id, job: teacher }, ...own, { id: idOf(report), job: report }];
}

/**
 * Puts jobs into the queue: a teacher with its students and their report as one flow. A job that is there already,
 * waiting, running or done, is not added again, however many do this at once.
 *
 * @example
 * await addJobs(queue, await planJobs({ config, folder: '.', graphs, targets: ['films'], teacher: null }));
 */
export async function addJobs(open: OpenQueue, plan: Plan): Promise<AddedJob[]> {
  const all = jobsOf(plan);
  const before = await Promise.all(all.map(({ id }) => open.queue.getJobState(id)));
  const report = all.find(({ job }) => job.kind === 'report');
  if (report && plan.teacher) {
    await open.flows.add({
      name: 'report',
      queueName: QUEUE,
      data: report.job,
      opts: { ...WHEN_ADDED, jobId: report.id },
      children: [
        {
          name: 'teacher',
          queueName: QUEUE,
          data: plan.teacher,
          opts: { ...WHEN_ADDED, jobId: idOf(plan.teacher), failParentOnFailure: true },
        },
      ],
    });
  } else {
    const jobs = all.map(({ id, job }) => ({
      name: job.kind === 'student' ? job.target : job.kind,
      data: job,
      opts: { ...WHEN_ADDED, jobId: id },
    }));
    await open.queue.addBulk(jobs);
  }
  return all.map(({ id, job }, i) => ({
    id,
    kind: job.kind,
    ...(job.kind === 'student' && { target: job.target }),
    state: before[i] === 'unknown' ? 'added' : before[i],
  }));
}
