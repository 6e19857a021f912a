import { readDataset } from '../graph/dataset.js';
import { linkClasses } from '../kg/classes.js';
import { relationMatches, sourceOverlap } from '../kg/matches.js';
import type { Command } from './command.js';
import { count, table } from './output.js';
import { narrateReport } from './training.js';

export const sources: Command = {
  usage: '',
  summary: 'Counts sources, links and what they share: what a target would gain from which source.',
  async run({ out, config: read, graphs }) {
    const config = read();
    const { dataset, report } = await readDataset((await graphs()).of, config);
    narrateReport(report, out);
    const classes = linkClasses(
      dataset.sources.map(({ entities }) => entities.keys.length),
      dataset.alignments,
      { threshold: config.teacher.linkThreshold },
    );
    const overlap = sourceOverlap(dataset, classes);
    const matches = relationMatches(dataset, classes).slice(0, 20);
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    out.data({ ...report, conflicts: classes.conflicts, overlap, relationMatches: matches }, () => [
      ...table(
        ['source', 'entities', 'triples', 'relations'],
        report.sources.map((s) => [s.source, count(s.entities), count(s.triples), count(s.relations)]),
      ),
      '',
      ...table(
        ['left', 'right', 'links', 'left linked', 'right linked', 'shared relations', 'shared facts'],
        overlap.map((o) => [
          o.left,
          o.right,
          count(o.links),
          percent(o.leftCoverage),
          percent(o.rightCoverage),
          count(o.sharedRelations),
          count(o.sharedTriples),
        ]),
      ),
      ...(classes.conflicts > 0
        ? [
            '',
            `${count(classes.conflicts)} groups of links hold two entities of one source: the best one-to-one matching is kept`,
          ]
        : []),
      ...(matches.length > 0
        ? [
            '',
            'relations that join the same pairs under different names (map them with relations.map):',
            ...table(
              ['left', 'relation', 'right', 'relation', 'shared', 'of all'],
              matches.map((m) => [
                m.leftSource,
                m.leftRelation,
                m.rightSource,
                m.rightRelation,
                count(m.shared),
                percent(m.jaccard),
              ]),
            ),
          ]
        : []),
    ]);
  },
};
