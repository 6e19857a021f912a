import { addNodes } from '../query/addNodes.js';
import { type Command, text } from './command.js';
import { count, duration, table } from './output.js';
import { keyHelp, keyOf, labelOf } from './query.js';
import { wholeNumber } from './training.js';

export const add: Command = {
  usage: '<source> [<key> …] [--label LABEL] [--most N] [--dry-run]',
  summary: 'Gives nodes that are newer than the training vectors by their facts, without training.',
  positionals: [1, 1000],
  options: { label: { type: 'string' }, most: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  help: {
    ...keyHelp,
    '<key> …': 'the nodes; all of the source that have no vector where absent',
    '--label LABEL': 'label of the keys, the first of the source where absent',
    '--most N': 'nodes at most, 1,000 where absent',
    '--dry-run': 'compute the vectors and write nothing',
  },
  async run({ positionals: [name, ...typed], flags, out, config: read, graphs }) {
    const config = read();
    const given = text(flags, 'label');
    const label = labelOf(config, name, given);
    const graph = (await graphs('write')).of(name);
    const dryRun = flags['dry-run'] === true;
    const result = await addNodes(
      graph,
      {
        source: { name, nodes: config.sources[name].nodes },
        ...((typed.length > 0 || given !== undefined) && { label }),
        ...(typed.length > 0 && { keys: typed.map((key) => keyOf(config, name, label, key)) }),
        most: wholeNumber(flags, 'most'),
      },
      { dryRun },
    );
    const { added, unplaced, already, indexed, model, seconds } = result;
    out.data(result, () => [
      ...(added.length > 0
        ? table(
            ['label', 'key', 'facts'],
            added.map((one) => [one.label, one.key.map(String).join(' | '), count(one.facts)]),
          )
        : []),
      dryRun
        ? `${count(added.length)} nodes would get vectors beside those of ${model}`
        : `${count(added.length)} nodes have vectors now beside those of ${model}, ${count(indexed)} found by them in the index, ${duration(seconds)}`,
      ...(already > 0 ? [`${count(already)} nodes had a vector already`] : []),
      ...(unplaced.length > 0
        ? [
            `${count(unplaced.length)} nodes have no fact that leads to a node with a vector, such as ${unplaced[0].label} ${unplaced[0].key.map(String).join(' | ')}`,
          ]
        : []),
    ]);
  },
};
