import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KgmentorError } from '../src/errors.js';

/**
 * Runs a program in a process of its own, so that its memory is its own, and reads the JSON that it prints.
 *
 * @param what says in an error what ended
 * @throws KgmentorError UNEXPECTED where the program ends with another code than 0
 */
export async function inProcess<T>(script: URL, args: readonly string[], what: string): Promise<T> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new KgmentorError('UNEXPECTED', `${what} ended with ${code}.`);
  return JSON.parse(told) as T;
}
