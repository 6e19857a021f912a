import { LONGEST_PATH } from '../encoders.js';
import { valueRelations } from '../graph/readValues.js';
import { predict } from '../query/predict.js';
import { queriesOfRuns } from '../runQueries.js';
import { type Command, text } from './command.js';
import { table } from './output.js';
import { atMost, keyHelp, keyOf, labelOf, nameOf } from './query.js';

export const predictCommand: Command = {
  usage: '<source> <key> <relation> [<relation> …] [--heads] [--label LABEL] [--candidates LABEL] [--k 10]',
  summary: 'Facts that a node most likely misses: tails of (node, relation, ?), known ones left out.',
  positionals: [3, 2 + LONGEST_PATH],
  options: {
    heads: { type: 'boolean' },
    label: { type: 'string' },
    candidates: { type: 'string' },
    k: { type: 'string' },
  },
  help: {
    ...keyHelp,
    '<relation> …': 'several are a path: what the second leads to from what the first leads to, …',
    '--heads': 'ask for heads of (?, relation, node) instead',
    '--label LABEL': 'label of the node, the first of the source where absent',
    '--candidates LABEL': 'label of the answers, the one that the relation’s facts have where absent',
    '--k N': 'how many',
  },
  async run({ positionals: [source, key, ...relation], flags, out, config: read, graphs }) {
    const config = read();
    const label = labelOf(config, source, text(flags, 'label'));
    const named = text(flags, 'candidates');
    const candidateLabel = named === undefined ? undefined : labelOf(config, source, named);
    const graph = (await graphs()).of(source);
    const found = await predict(graph, {
      source,
      label,
      ...keyOf(config, source, label, key),
      relation,
      direction: flags.heads ? 'head' : 'tail',
      candidateLabel,
      k: atMost(flags, 10),
      nameProperty: candidateLabel && nameOf(config, source, candidateLabel),
      valueRelations: valueRelations(config.sources[source]),
      queryVector: queriesOfRuns(config.runs),
    });
    out.data(found, () =>
      table(
        ['key', 'name', 'score'],
        found.map((one) => [one.key.map(String).join(' | '), one.name ?? '', one.score.toFixed(4)]),
      ),
    );
  },
};
