import { KgmentorError } from '../errors.js';
import { jointTriples, writeTriples } from '../kg/jointTriples.js';
import { heldOut } from '../train/heldOut.js';
import { type Command, text } from './command.js';
import { count } from './output.js';
import { narrateReport } from './training.js';

export const exportCommand: Command = {
  usage: '--joint-triples FILE [--dry-run]',
  summary:
    'Writes the graph that a teacher is trained on, for engines elsewhere: head, relation and tail, one name a linked class, held-out facts left out.',
  options: { 'joint-triples': { type: 'string' }, 'dry-run': { type: 'boolean' } },
  help: {
    '--joint-triples FILE':
      'TSV; names are source:key, or source:Label:key where a source has several labels',
    '--dry-run': 'read and count only',
  },
  async run({ flags, out, config: read, graphs }) {
    const file = text(flags, 'joint-triples');
    if (!file)
      throw new KgmentorError('USAGE', 'Nothing to export was named.', {
        next: 'Give --joint-triples with a file.',
      });
    const config = read();
    const { sources = Object.keys(config.sources), linkThreshold } = config.teacher;
    const { readDataset } = await import('../graph/dataset.js');
    const connections = await graphs();
    const { dataset, report } = await readDataset(connections.of, config, { sources, onEvent: out.onEvent });
    narrateReport(report, out);
    await connections.close();
    const joint = jointTriples(dataset, { splits: heldOut(dataset, config.heldOut), sources, linkThreshold });
    const triples = joint.triples.head.length;
    if (triples === 0)
      throw new KgmentorError(
        'NO_DATA',
        `The sources ${sources.join(', ')} hold no relationship to export.`,
        {
          next: 'Check relations.include and relations.exclude of the configuration.',
        },
      );
    if (!flags['dry-run']) writeTriples(file, joint);
    const counts = { triples, entities: joint.names.length, relations: joint.relations.length };
    out.data({ file, ...counts }, () => [
      `${file}: ${count(triples)} triples of ${count(counts.entities)} entities and ${count(counts.relations)} relations${flags['dry-run'] ? ' would be written' : ''}`,
    ]);
  },
};
