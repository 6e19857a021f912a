import { similar } from '../query/similar.js';
import { type Command, text } from './command.js';
import { table } from './output.js';
import { atMost, keyHelp, keyOf, labelOf, nameOf } from './query.js';

export const similarCommand: Command = {
  usage: '<source> <key> [--label LABEL] [--k 10]',
  summary: 'Nodes most similar to a node, by the vectors that are published now.',
  positionals: [2, 2],
  options: { label: { type: 'string' }, k: { type: 'string' } },
  help: {
    ...keyHelp,
    '--label LABEL': 'label of the node, the first of the source where absent',
    '--k N': 'how many',
  },
  async run({ positionals: [source, key], flags, out, config: read, graphs }) {
    const config = read();
    const label = labelOf(config, source, text(flags, 'label'));
    const graph = (await graphs()).of(source);
    const found = await similar(graph, {
      source,
      label,
      ...keyOf(config, source, label, key),
      k: atMost(flags, 10),
      nameProperty: nameOf(config, source, label),
    });
    out.data(found, () =>
      table(
        ['key', 'name', 'score'],
        found.map((one) => [one.key.map(String).join(' | '), one.name ?? '', one.score.toFixed(4)]),
      ),
    );
  },
};
