import { Cron } from 'croner';
import { z } from 'zod';

const name = z.string().min(1);

export const gateSchema = z.strictObject({
  metric: z
    .enum(['mrr', 'hits10'])
    .default('mrr')
    .describe('Figure on the validation facts by which a new student is compared with the published one.'),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('How much worse the new student may be, as a share: 0.01 is one point.'),
});

/** What a new student must reach to be published unattended. */
export type GateSettings = z.infer<typeof gateSchema>;

const faultOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

export const scheduleSchema = z
  .strictObject({
    cron: name.describe('Minute, hour, day, month, weekday: "0 3 * * *" is three o’clock each night.'),
    timeZone: name.default('UTC').describe('Whose clock is meant, such as Europe/Berlin.'),
    targets: z.array(name).min(1).describe('Sources that are retrained.'),
    teacher: name.optional().describe('Run id of the teacher; the newest finished one where absent.'),
    pretrain: z.boolean().default(false).describe('Train a teacher first where there is none.'),
    incremental: z
      .boolean()
      .default(false)
      .describe('Go on from the earlier student, as `retrain --incremental` does, where there is one.'),
    onlyIfChanged: z
      .boolean()
      .default(false)
      .describe('Retrain a target only where its data have changed since the last time.'),
    catchUp: z.boolean().default(false).describe('After a restart, run once for the times that were missed.'),
  })
  .superRefine(({ cron, timeZone }, context) => {
    const zone = faultOf(() => new Intl.DateTimeFormat('en', { timeZone: timeZone }));
    if (zone) context.addIssue({ code: 'custom', path: ['timeZone'], message: zone });
    const pattern = faultOf(() => new Cron(cron, { paused: true }));
    if (pattern) context.addIssue({ code: 'custom', path: ['cron'], message: pattern });
  });

/** When which targets are retrained. */
export type ScheduleSettings = z.infer<typeof scheduleSchema>;
