import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KgmentorError } from '../../src/errors.js';

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
export async function inProcess(step: Step): Promise<Memory> {
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  const child = spawn(process.execPath, [script, step], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new KgmentorError('UNEXPECTED', `The traffic ${step} ended with ${code}.`);
  return { step, ...JSON.parse(told) };
}
