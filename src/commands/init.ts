import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { connect } from '../graph/connect.js';
import { packageFolder } from '../graph/cypher.js';
import { proposeConfig } from '../graph/propose.js';
import { connectionOf } from '../settings.js';
import { type Command, text } from './command.js';

export const init: Command = {
  usage: '[--config FILE] [--force] [--dry-run]',
  summary:
    'Writes a configuration by looking at the labels and types of a live graph. Read it before you train.',
  options: { force: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
  help: { '--force': 'overwrite an existing file', '--dry-run': 'print it only' },
  async run({ flags, out }) {
    const file = text(flags, 'config') ?? 'kgmentor.json';
    if (existsSync(file) && !flags.force && !flags['dry-run'])
      throw new KgmentorError('USAGE', `${file} exists already.`, { next: 'Take --force to overwrite it.' });
    const graph = await connect(connectionOf(flags as object));
    try {
      const config = {
        $schema: schemaPath(path.dirname(path.resolve(file))),
        ...(await proposeConfig(graph)),
      };
      const written = `${JSON.stringify(config, null, 2)}\n`;
      if (!flags['dry-run']) writeFileSync(file, written);
      out.data(config, () =>
        flags['dry-run']
          ? [written.trimEnd()]
          : [
              `wrote ${file}: check its sources, keys and alignments`,
              '`kgmentor doctor` then tries them, and `kgmentor sources` counts what they hold',
            ],
      );
    } finally {
      await graph.close();
    }
  },
};

const SCHEMA = 'kgmentor.schema.json';

/** Where a configuration finds its schema: in a clone there, else where npm installs it beside the configuration. */
function schemaPath(folder: string): string {
  const schema = packageFolder(SCHEMA);
  const within = path.relative(path.dirname(schema), folder);
  if (within.startsWith('..') || path.isAbsolute(within)) return `./node_modules/kgmentor/${SCHEMA}`;
  const file = path.relative(folder, schema).split(path.sep).join('/');
  return file.startsWith('.') ? file : `./${file}`;
}
