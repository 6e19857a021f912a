import { migrate } from '../graph/migrate.js';
import type { Command } from './command.js';

export const migrateCommand: Command = {
  usage: '[--dry-run] [--unlock]',
  summary: 'Brings the constraints of kgmentor’s own nodes up to date; the user’s graph stays as it is.',
  options: { 'dry-run': { type: 'boolean' }, unlock: { type: 'boolean' } },
  help: {
    '--dry-run': 'list what would be applied',
    '--unlock': 'remove the lock that a crashed migration left',
  },
  stops: true,
  async run({ flags, out, signal, graphs }) {
    const { common } = await graphs('write');
    const result = await migrate(common, {
      dryRun: flags['dry-run'] === true,
      unlock: flags.unlock === true,
      signal,
    });
    out.data(result, () => migrationLines(result));
  },
};

function migrationLines(result: Awaited<ReturnType<typeof migrate>>): string[] {
  if (result.pending.length > 0) return ['would apply:', ...result.pending.map((name) => `  ${name}`)];
  if (result.applied.length === 0) return [`nothing to do: ${result.before.length} applied before`];
  return ['applied:', ...result.applied.map((name) => `  ${name}`)];
}
