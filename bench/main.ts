/** `npm run bench -- dbp5l --target el` and others: measurements of the product. */
import { parseArgs } from 'node:util';
import { exitCodeOf, KgmentorError } from '../src/errors.js';
import { BENCHES, parsed, usage } from './benches.js';
import type { Values } from './options.js';

/** A bench's options as they are given. */
function read(name: string, args: string[]): Values {
  try {
    return parseArgs({ args, options: parsed(BENCHES[name]) }).values as Values;
  } catch (error) {
    throw new KgmentorError('USAGE', (error as Error).message, { next: usage([name]) });
  }
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  const tell = (names: readonly string[]) => process.stdout.write(`${usage(names)}\n`);
  const all = Object.keys(BENCHES);
  if (name === '--help' || name === '-h') return void tell(all);
  if (!all.includes(name)) throw new KgmentorError('USAGE', 'Which bench?', { next: usage(all) });
  const values = read(name, args);
  if (values.help) return void tell([name]);
  await BENCHES[name].run(values);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof KgmentorError && error.next) process.stderr.write(`${error.next}\n`);
  if (!(error instanceof KgmentorError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = exitCodeOf(error);
});
