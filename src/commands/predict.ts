import { predict } from '../query/predict.js';
import { type Command, text } from './command.js';
import { table } from './output.js';
import { askByKey, atMost, labelOf, nameOf } from './query.js';

export const predictCommand: Command = {
  usage: '<source> <key> <relation> [--heads] [--label LABEL] [--candidates LABEL] [--k 10]',
  summary: 'Facts that a node most likely misses: tails of (node, relation, ?), known ones left out.',
  positionals: [3, 3],
  options: {
    heads: { type: 'boolean' },
    label: { type: 'string' },
    candidates: { type: 'string' },
    k: { type: 'string' },
  },
  help: {
    '--heads': 'ask for heads of (?, relation, node) instead',
    '--label LABEL': 'label of the node, the first of the source where absent',
    '--candidates LABEL': 'label of the answers, the node’s own where absent',
    '--k N': 'how many',
  },
  async run({ positionals: [source, key, relation], flags, out, config: read, graphs }) {
    const config = read();
    const label = labelOf(config, source, text(flags, 'label'));
    const candidateLabel = labelOf(config, source, text(flags, 'candidates') ?? label);
    const graph = (await graphs()).of(source);
    const found = await askByKey(config, source, label, key, (values) =>
      predict(graph, {
        source,
        label,
        key: values,
        relation,
        direction: flags.heads ? 'head' : 'tail',
        candidateLabel,
        k: atMost(flags, 10),
        nameProperty: nameOf(config, source, candidateLabel),
      }),
    );
    out.data(found, () =>
      table(
        ['key', 'name', 'score'],
        found.map((one) => [one.key.map(String).join(' | '), one.name ?? '', one.score.toFixed(4)]),
      ),
    );
  },
};
