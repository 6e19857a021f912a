import { z } from 'zod';

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
