import { inProcess } from '../inProcess.js';

export const STEPS = ['read', 'linked', 'feed', 'predict'] as const;
export type Step = (typeof STEPS)[number];

/** What one process tells of one kind of traffic. */
export interface Memory {
  readonly step: Step;
  readonly seconds: number;
  /** Resident, of the process that asks. */
  readonly peakMb: number;
}

/** Does one kind of traffic in a process of its own. */
export async function memoryOf(step: Step): Promise<Memory> {
  const script = new URL('./child.js', import.meta.url);
  return { step, ...(await inProcess<Omit<Memory, 'step'>>(script, [step], `The traffic ${step}`)) };
}
